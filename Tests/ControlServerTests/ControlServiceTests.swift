import ControlServer
import KafkaCluster
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
