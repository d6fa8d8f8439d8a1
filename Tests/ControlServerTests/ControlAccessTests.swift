import ControlServer
import Testing

/// Who may ask: values in, a refusal out.
@Suite struct ControlAccessTests {
    private func status(
        _ access: ControlAccess, _ headers: [(String, String)]
    ) throws -> ControlRefusal.Status? {
        let request = try ControlRequest("GET", "/", headers: headers.map { ControlHeader($0.0, $0.1) })
        do throws(ControlRefusal) { try access.check(request) } catch { return error.status }
        return nil
    }

    @Test(arguments: ["127.0.0.1:8474", "127.0.0.1", "localhost:8474", "LOCALHOST", "127.1.2.3:1", "[::1]:8474"])
    func `a host of this machine is heard`(host: String) throws {
        // curl, Python and browsers each write it in their own way.
        #expect(try status(ControlAccess(), [("Host", host)]) == nil)
    }

    @Test(arguments: ["evil.example:8474", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::2]", "127.evil"])
    func `a name that was turned to point here is refused`(host: String) throws {
        // A page of evil.example asks for evil.example, whose address its owner has changed to 127.0.0.1.
        #expect(try status(ControlAccess(), [("Host", host)]) == .forbidden)
        #expect(try status(ControlAccess(), []) == .forbidden)
    }

    @Test func `a page of another site is refused, one of ours is not`() throws {
        // A browser lets any page send a POST to 127.0.0.1, and says where the page came from.
        let access = ControlAccess()
        let host = ("Host", "127.0.0.1:8474")
        for origin in ["http://evil.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1:8474", ""] {
            #expect(try status(access, [host, ("Origin", origin)]) == .forbidden, "\(origin)")
        }
        #expect(try status(access, [host, ("Origin", "http://127.0.0.1:8474")]) == nil)
    }

    @Test func `a picture on another page is refused, an address that a person types is not`() throws {
        // A browser asks for pictures without saying whose page they are on, but tells that it is another's.
        let host = ("Host", "127.0.0.1:8474")
        for site in ["cross-site", "same-site"] {
            #expect(try status(ControlAccess(), [host, ("Sec-Fetch-Site", site)]) == .forbidden)
        }
        for site in ["none", "same-origin"] {
            #expect(try status(ControlAccess(), [host, ("Sec-Fetch-Site", site)]) == nil)
        }
    }

    @Test func `with a token only the token counts`() throws {
        // Who has been given it may come from anywhere.
        let access = ControlAccess(token: "s3cret", host: "0.0.0.0")
        let far = [("Host", "lab.example:8474"), ("Origin", "https://lab.example")]
        #expect(try status(access, far) == .unauthorized)
        #expect(try status(access, far + [("authorization", "Bearer s3cret")]) == nil)
        for wrong in [
            "Bearer s3cre", "Bearer s3crets", "Bearer ", "s3cret", "Basic s3cret", "Bearer S3CRET", "Bearer s3cret ",
        ] {
            #expect(try status(access, far + [("Authorization", wrong)]) == .unauthorized, "\(wrong)")
        }
        #expect(try status(access, [("Host", "127.0.0.1")]) == .unauthorized)
    }

    @Test func `an address has a host that is an address, and a port`() throws {
        // Bad input gets one sentence, before anything is started.
        #expect(try ControlAddress("127.0.0.1:8474").url == "http://127.0.0.1:8474")
        #expect(try ControlAddress("localhost:0").host == "127.0.0.1")
        #expect(try ControlAddress("[::1]:8474").url == "http://[::1]:8474")
        #expect(try ControlAddress("[::1]:8474").isLoopback && ControlAddress("127.9.9.9:1").isLoopback)
        #expect(try !ControlAddress("0.0.0.0:8474").isLoopback && !ControlAddress("10.0.0.1:80").isLoopback)
        for wrong in [
            "", "8474", "127.0.0.1", ":8474", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "lab:80", "1.2.3:4",
        ] {
            let error = #expect(throws: ControlError.self) { try ControlAddress(wrong) }
            #expect(error == .noAddress(wrong))
        }
    }
}
