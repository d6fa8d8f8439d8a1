import ControlServer
import DeliveryLedger
import KafkaCluster
import Scenarios
import Testing

/// Requests and answers, without a socket.
@Suite struct ControlServiceTests {
    let cluster = ScriptedControl()
    let service: ControlService

    init() { service = ControlService(cluster) }

    private func ask(
        _ method: String, _ target: String, _ body: String = ""
    ) async throws -> (status: Int, text: String) {
        let request = try ControlRequest(
            method, target, headers: [ControlHeader("Host", "localhost:8474")], body: Array(body.utf8))
        let response = await service.answer(request)
        guard case .text(let text) = response.body else { return (response.status, "") }
        return (response.status, text)
    }

    @Test func `a fault is caused, listed and healed`() async throws {
        // The three things that every test of somebody's application does.
        #expect(
            try await ask("POST", "/v1/faults", #"{"fault":"cut 1-2","for":"3s"}"#) == (200, "{\"ok\":\"cut 1-2\"}\n"))
        #expect(try await ask("POST", "/v1/faults", #"{"fault":"freeze 3"}"#).status == 200)
        let listed = try await ask("GET", "/v1/faults").text
        #expect(
            listed.hasPrefix(#"{"faults":[{"fault":"cut 1-2","since":1795285017000,"until":null},{"fault":"freeze 3""#))
        #expect(try await ask("DELETE", "/v1/faults?fault=cut+1-2") == (200, "{\"ok\":\"heal cut 1-2\"}\n"))
        #expect(try await ask("DELETE", "/v1/faults") == (200, "{\"ok\":\"heal all\"}\n"))
        #expect(cluster.asked == ["cut 1-2 for 3.0 seconds", "freeze 3", "heal cut 1-2", "heal all"])
    }

    @Test func `brokers are added and removed`() async throws {
        // By their ids, as everywhere.
        #expect(try await ask("POST", "/v1/brokers") == (200, "{\"broker\":4}\n"))
        #expect(try await ask("DELETE", "/v1/brokers/4") == (200, "{\"ok\":\"remove-broker 4\"}\n"))
        #expect(cluster.asked == ["add-broker", "remove-broker 4"])
    }

    @Test(arguments: [
        ("POST", "/v1/faults", "", 400), ("POST", "/v1/faults", "kill 1", 400), ("POST", "/v1/faults", "[]", 400),
        ("POST", "/v1/faults", "{}", 400), ("POST", "/v1/faults", #"{"fault":1}"#, 400),
        ("POST", "/v1/faults", #"{"fault":"explode"}"#, 400), ("POST", "/v1/faults", #"{"fault":""}"#, 400),
        ("POST", "/v1/faults", #"{"fault":"kill 1","fro":"3s"}"#, 400),
        ("POST", "/v1/faults", #"{"fault":"kill 1","for":"3s"}"#, 400),
        ("POST", "/v1/faults", #"{"fault":"cut 1-2","for":"-3s"}"#, 400),
        ("POST", "/v1/faults?fault=kill+1", #"{"fault":"kill 1"}"#, 400), ("DELETE", "/v1/faults?fault=x", "", 400),
        ("DELETE", "/v1/faults?faults=cut+1-2", "", 400), ("POST", "/v1/brokers", "4", 400),
        ("DELETE", "/v1/brokers/four", "", 404), ("DELETE", "/v1/brokers/0", "", 404), ("GET", "/v1/nothing", "", 404),
        ("GET", "/v1", "", 404), ("GET", "/v1/brokers/4/5", "", 404), ("PUT", "/v1/faults", "", 405),
        ("BREW", "/v1/ledger", "", 405), ("GET", "/v1/brokers", "", 405), ("GET", "/v1/ledger?topic=a", "", 400),
        ("GET", "/v1/events?after=x", "", 400), ("GET", "/v1/events?after=-1", "", 400),
        ("GET", "/v1/scenarios/99", "", 404),
        ("POST", "/v1/scenarios/99/run", "", 404), ("GET", "/v1/scenarios/01-a/run", "", 405),
        ("POST", "/v1/scenarios/01-a/run", "{}", 400), ("GET", "/v1/wait", "", 400),
        ("GET", "/v1/wait?until=isr", "", 400), ("GET", "/v1/wait?until=lost+=+0", "", 400),
        ("GET", "/v1/wait?until=isr(a-0)+=+3&timeout=soon", "", 400),
        ("GET", "/v1/wait?until=isr(a-0)+=+3&timeout=11m", "", 400),
        ("GET", "/v1/wait?until=isr(a-0)+=+3&timeout=1ms", "", 408),
        ("GET", "/v1/screens", "", 404), ("GET", "/v1/screens/topics?format=png", "", 400),
        ("GET", "/v1/screens/topics?columns=wide", "", 400), ("GET", "/v1/screens/topics?rows=-1", "", 400),
        ("GET", "/v1/screens/topics?seconds=61", "", 400), ("GET", "/v1/screens/topics?name=a", "", 400),
    ])
    func `what cannot be done is refused with a sentence`(
        method: String, target: String, body: String, status: Int
    ) async throws {
        // A typing mistake must neither pass for something else nor be guessed at.
        let answer = try await ask(method, target, body)
        #expect(answer.status == status)
        #expect(answer.text.hasPrefix("{\"error\":\"") && answer.text.hasSuffix(".\"}\n"), "\(answer.text)")
        #expect(cluster.asked.isEmpty)
    }

    @Test(arguments: [ControlRefusal.Status.notFound, .conflict, .unavailable])
    func `what the cluster refuses keeps its status`(status: ControlRefusal.Status) async throws {
        // A test may wait and try again on 503, and must not on 404.
        cluster.refuse(ControlRefusal(status, "No."))
        #expect(
            try await ask("POST", "/v1/faults", #"{"fault":"kill 9"}"#) == (status.rawValue, "{\"error\":\"No.\"}\n"))
    }

    @Test func `a wait ends when the cluster is as it should be`() async throws {
        // A sleep in somebody's test is either too long or too short.
        var snapshot = ClusterSnapshot(takenAt: ScriptedControl.moment, clusterID: "test")
        let waiting = Task { try await ask("GET", "/v1/wait?until=isr(orders-0)+=+3") }
        let partition = ClusterSnapshot.Partition(index: 0, leader: 1, leaderEpoch: 0, isr: [1, 2, 3], replicas: [])
        snapshot.topics = [.init(name: "orders", id: .zero, isInternal: false, partitions: [partition])]
        cluster.show(snapshot)
        #expect(
            try await waiting.value
                == (200, #"{"ok":"isr(orders-0) = 3","found":"isr(orders-0) is 3"}"# + "\n"))
        let late = try await ask("GET", "/v1/wait?until=isr(orders-0)+%3C+3&timeout=1ms")
        #expect(late.status == 408 && late.text.contains("isr(orders-0) is 3"))
    }

    @Test func `what nobody can tell here is not waited for`() async throws {
        // Half a minute for a figure that never comes would look like a cluster that does not get there.
        let answer = try await ask("GET", "/v1/wait?until=isr(a-0)+=+3+and+acked(a)+%3E+0")
        #expect(answer.status == 400)
        #expect(
            answer.text.contains("only klamm's own clients can tell acked") && answer.text.contains("told-lost, lag"))
        var snapshot = ClusterSnapshot(takenAt: ScriptedControl.moment, clusterID: "test")
        snapshot.workload = WorkloadSnapshot()
        cluster.show(snapshot)
        #expect(try await ask("GET", "/v1/wait?until=acked+=+0").status == 200)
    }

    @Test func `the ledger tells of klamm's own records where there are any`() async throws {
        // The console's ledger shows them, too.
        #expect(try await !ask("GET", "/v1/ledger").text.contains("workload"))
        var verdict = DeliveryVerdict()
        verdict.attempted = 7
        cluster.judge([.init(topic: "orders", verdict)])
        let text = try await ask("GET", "/v1/ledger").text
        #expect(text.contains(#""workload":[{"topic":"orders","attempted":7,"lost":0,"#), "\(text)")
        #expect(text.contains(#""groups":[]}"#), "\(text)")
        let metrics = try await ask("GET", "/metrics").text
        #expect(metrics.contains("klamm_workload_records{topic=\"orders\",figure=\"attempted\"} 7\n"))
    }

    @Test func `a screen is asked for with its size, subject, theme and format`() async throws {
        // What klamm snapshot sends is what the server reads, whatever stands in a name.
        cluster.happen(.fault(.kill(1), at: ScriptedControl.moment))
        _ = try await ask("GET", "/v1/wait?until=brokers-running+=+0")
        var wish = ScreenWish(view: "topic")
        wish.subject = "orders & größe=1?"
        (wish.columns, wish.rows, wish.theme, wish.form, wish.seconds) = (200, 60, "nord", .svg, 0)
        let request = try ControlRequest("GET", wish.target, headers: [ControlHeader("Host", "localhost")])
        let response = await service.answer(request)
        #expect(response.contentType == "image/svg+xml")
        #expect(cluster.asked == [wish.target])
        #expect(try await ask("GET", "/v1/screens/topics").status == 200)
        #expect(cluster.asked.last == ScreenWish(view: "topics").target)
    }

    @Test func `scenarios are listed, shown and played`() async throws {
        // By the name that the list gives.
        #expect(
            try await ask("GET", "/v1/scenarios").text
                == #"{"scenarios":[{"name":"01-a","title":"A"},{"name":"02-b","title":"B"}]}"# + "\n")
        #expect(try await ask("GET", "/v1/scenarios/02-b") == (200, "title = \"B\"\n"))
        #expect(try await ask("POST", "/v1/scenarios/02-b/run").status == 503)
        #expect(try await ask("POST", "/v1/scenarios/02-b/run").status == 503, "one that failed is over")
        #expect(cluster.asked == ["play 02-b", "play 02-b"])
    }

    @Test func `one scenario is played at a time, and ends with the server`() async throws {
        // Two would have two clusters on one machine; and one that nobody ends leaves its folder behind.
        let (begins, continuation) = AsyncStream.makeStream(of: Void.self)
        cluster.playForever { continuation.yield() }
        let first = Task { try await ask("POST", "/v1/scenarios/01-a/run") }
        for await _ in begins { break }
        #expect(try await ask("POST", "/v1/scenarios/02-b/run").status == 409)
        await service.close()
        #expect(try await first.value.status == 500)
    }

    @Test func `the list at the root names every route`() async throws {
        // Who finds an open port asks there first.
        let list = try await ask("GET", "/")
        #expect(list.status == 200)
        for route in ControlRoute.all { #expect(list.text.contains(route.path) && list.text.contains(route.meaning)) }
    }

    @Test func `a method that is not there is told which are`() async throws {
        // As RFC 9110 asks of a 405.
        let request = try ControlRequest("PATCH", "/v1/faults", headers: [ControlHeader("Host", "localhost")])
        let response = await service.answer(request)
        #expect(response.headers == [ControlHeader("Allow", "GET, POST, DELETE")])
    }

    @Test func `nobody is answered without the token`() async throws {
        // Neither what is there nor what is not may be learnt.
        let guarded = ControlService(cluster, access: ControlAccess(token: "t"))
        for target in ["/", "/v1/nothing", "/metrics"] {
            let response = await guarded.answer(try ControlRequest("GET", target))
            #expect(response.status == 401 && response.headers == [ControlHeader("WWW-Authenticate", "Bearer")])
        }
    }
}
