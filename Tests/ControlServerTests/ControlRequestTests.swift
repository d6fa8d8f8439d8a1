import ControlServer
import Testing

/// What a request says, and what it may not say.
@Suite struct ControlRequestTests {
    @Test func `paths and queries are decoded`() throws {
        // Faults have blanks and greater-than signs in them.
        let request = try ControlRequest("DELETE", "/v1//faults/?fault=cut%201%3E2&a=b+c&d")
        #expect(request.path == ["v1", "faults"])
        #expect(try request.value("fault") == "cut 1>2")
        #expect(try request.value("a") == "b c")
        #expect(try request.value("d") == "")
        #expect(try request.value("e") == nil)
        #expect(try ControlRequest("GET", "/a%2Fb+c").path == ["a/b+c"])
    }

    @Test(arguments: ["v1", "http://127.0.0.1/v1", "*", "/%", "/%4", "/%zz", "/%+1", "/%ff", "/a?b=%e4"])
    func `a target that is none is refused with a sentence`(target: String) {
        // Bytes of anybody come here.
        let refusal = #expect(throws: ControlRefusal.self) { try ControlRequest("GET", target) }
        #expect(refusal?.status == .badRequest && refusal?.description.hasSuffix(".") == true)
    }

    @Test func `a name that stands twice is refused`() throws {
        // Whichever of the two were taken, somebody would be wrong.
        let request = try ControlRequest("GET", "/v1/losses?topic=a&topic=b")
        #expect(throws: ControlRefusal.self) { try request.value("topic") }
    }
}
