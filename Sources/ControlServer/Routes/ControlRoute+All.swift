import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import Scenarios

extension ControlRoute {
    package static let all: [ControlRoute] =
        [list, health, snapshot, screen, ledger, losses] + faults + brokers + [events, wait] + scenarios + [metrics]

    private static let list = ControlRoute("GET", "/", "this list") { _, _, _ in
        let lines = all.map { route in
            let query = route.query.isEmpty ? "" : "?" + route.query.map { "\($0)=" }.joined(separator: "&")
            let padding = String(repeating: " ", count: max(0, 7 - route.method.count))
            return "\(route.method)\(padding)\(route.path)\(query)\n       \(route.meaning)\n"
        }
        return ControlResponse(contentType: "text/plain; charset=utf-8", .text(lines.joined()))
    }

    private static let health = ControlRoute("GET", "/v1/health", "that klamm is there, and where its brokers are") {
        service, _, _ in
        let cluster = service.cluster
        return .json([
            "status": "ok", "bootstrap.servers": cluster.bootstrapServers.json, "cluster.id": cluster.clusterID.json,
        ])
    }

    private static let snapshot = ControlRoute(
        "GET", "/v1/snapshot", "brokers, topics, replicas, ISRs, offsets, groups and faults as they are now"
    ) { service, _, _ in
        let (snapshot, groups) = try await service.snapshot()
        return .json(SnapshotJSON.value(of: snapshot, groups))
    }

    private static let screen = ControlRoute(
        "GET", "/v1/screens/VIEW", query: ["of", "columns", "rows", "theme", "format", "seconds"],
        "a screen of the console, such as /v1/screens/topic?of=orders, as text, with format=json its rows as data, or with "
            + "format=svg as a picture"
    ) { service, request, view in
        let wish = try ScreenWish(request, view: view)
        let text = try await service.cluster.screen(wish) {
            service.journal.entries(after: 0, atMost: .max).entries.map(\.event)
        }
        let type =
            switch wish.form {
            case .text: "text/plain; charset=utf-8"
            case .json: "application/json"
            case .svg: "image/svg+xml"
            }
        return ControlResponse(contentType: type, .text(text))
    }

    private static let ledger = ControlRoute(
        "GET", "/v1/ledger", "what was acknowledged to clients, and what of it was lost"
    ) { service, _, _ in
        let verdicts = await service.cluster.workloadVerdicts()
        return .json(LedgerJSON.value(of: service.cluster.ledgerAccount, workload: verdicts))
    }

    private static let losses = ControlRoute(
        "GET", "/v1/losses", query: ["topic"], "the losses alone, of one topic or all"
    ) { service, request, _ in
        let topic = try request.value("topic")
        let losses = service.cluster.ledgerAccount.losses.filter { topic == nil || $0.partition.topic == topic }
        return .json(["losses": .array(losses.map(LedgerJSON.value))])
    }

    // MARK: Faults

    private static let faults = [
        ControlRoute("GET", "/v1/faults", "the faults that last") { service, _, _ in
            .json(["faults": .array(service.cluster.activeFaults.map(SnapshotJSON.value))])
        },
        ControlRoute(
            "POST", "/v1/faults", #"causes the fault {"fault":"kill 1"}, or {"fault":"cut 1-2","for":"3s"}"#
        ) { service, request, _ in
            let fields = try request.fields(needed: ["fault"], optional: ["for"])
            let line = (fields["fault"] ?? "") + (fields["for"].map { " for \($0)" } ?? "")
            return try await inject(FaultScriptLine(line), service)
        },
        ControlRoute(
            "DELETE", "/v1/faults", query: ["fault"], "heals one fault, such as ?fault=cut%201-2, or all that last"
        ) { service, request, _ in
            try await inject(FaultScriptLine("heal \(try request.value("fault") ?? "all")"), service)
        },
    ]

    private static func inject(
        _ line: FaultScriptLine, _ service: ControlService
    ) async throws -> ControlResponse {
        try await service.cluster.inject(line.fault, for: line.duration)
        return .json(["ok": "\(line.fault)"])
    }

    // MARK: Brokers

    private static let brokers = [
        ControlRoute("POST", "/v1/brokers", "adds a broker with the next id and port") { service, request, _ in
            try request.refuseBody()
            return .json(["broker": try await service.cluster.addBroker().json])
        },
        ControlRoute("DELETE", "/v1/brokers/ID", "removes a broker that holds nothing") { service, _, word in
            guard let id = Int32(word), id > 0 else {
                throw ControlRefusal(.notFound, "\"\(word)\" is no broker; there are 1, 2, 3 ....")
            }
            try await service.cluster.removeBroker(BrokerID(id))
            return .json(["ok": "remove-broker \(id)"])
        },
    ]

    // MARK: Events

    private static let events = ControlRoute(
        "GET", "/v1/events", query: ["after"],
        "what happens, as server-sent events; after=0 begins with the oldest that is kept"
    ) { service, request, _ in
        // A browser's own way of asking to go on wins over the address, which stays the same.
        let wanted = try request.header("last-event-id") ?? request.value("after")
        guard let wanted else { return streaming(after: service.journal.last) }
        guard let id = UInt64(wanted) else {
            throw ControlRefusal(.badRequest, "\"\(wanted)\" is no event's id; write a number, such as after=0.")
        }
        // Who asks for more than there was has listened to an earlier klamm.
        return streaming(after: id > service.journal.last ? 0 : id)
    }

    private static func streaming(after id: UInt64) -> ControlResponse {
        ControlResponse(contentType: "text/event-stream", .events(after: id))
    }

    private static let wait = ControlRoute(
        "GET", "/v1/wait", query: ["until", "timeout"],
        "answers when until=isr(orders-0)%20=%203 holds, or with 408 after timeout=30s"
    ) { service, request, _ in
        guard let until = try request.value("until") else {
            throw ControlRefusal(.badRequest, "Until when? Write a condition, such as until=leader(orders-0) = 2.")
        }
        let wait = try ConditionWait(until: until, timeout: try request.value("timeout"))
        let found = try await wait.run {
            let snapshot = try await service.look()
            return Facts(cluster: snapshot, losses: service.cluster.ledgerAccount.losses)
        }
        return .json(["ok": "\(wait.condition)", "found": found.json])
    }

    // MARK: Scenarios

    private static let scenarios = [
        ControlRoute("GET", "/v1/scenarios", "the stories of failures that are shipped") { service, _, _ in
            .json(["scenarios": .array(try service.cluster.scenarios().map(ScenarioJSON.summary))])
        },
        ControlRoute("GET", "/v1/scenarios/NAME", "one of them as a file") { service, _, name in
            ControlResponse(contentType: "text/plain; charset=utf-8", .text(try scenario(name, service).file))
        },
        ControlRoute("POST", "/v1/scenarios/NAME/run", "plays it on a cluster of its own, and answers what came of it")
        {
            service, request, name in
            try request.refuseBody()
            return .json(ScenarioJSON.value(of: try await service.play(try scenario(name, service).scenario)))
        },
    ]

    private static func scenario(
        _ name: String, _ service: ControlService
    ) throws -> (scenario: Scenario, file: String) {
        guard let found = try service.cluster.scenario(named: name) else {
            throw ControlRefusal(.notFound, "There is no scenario \"\(name)\"; GET /v1/scenarios lists them.")
        }
        return found
    }

    // MARK: Metrics

    private static let metrics = ControlRoute("GET", "/metrics", "Prometheus' text") { service, _, _ in
        let (snapshot, groups) = try await service.snapshot()
        let verdicts = await service.cluster.workloadVerdicts() ?? []
        return ControlResponse(
            contentType: MetricsText.contentType,
            .text(MetricsText.text(snapshot, service.cluster.ledgerAccount, verdicts, groups: groups)))
    }
}
