import KafkaProtocol
import Testing

@testable import Console

/// Sessions of users, written down in Sessions/*.txt.
@Suite struct SessionTests {
    @Test(arguments: SessionScript.all)
    func `a user's session goes as it is written`(script: SessionScript) throws {
        // What people do with klamm, key by key, on a cluster whose clock stands still while they look.
        var run = SessionRun(script)
        try run.play()
    }

    @Test func `there are at least eighty sessions`() {
        // A folder that is not found, or a heading that is not read, would pass for success.
        #expect(SessionScript.all.count >= 80)
        #expect(SessionScript.all.allSatisfy { $0.lines.count >= 3 })
    }

    @Test(arguments: [
        "on still\nsees Nothing of the kind", "on still\nrow payments", "on still\ntoast Killed", "on still\nat groups",
        "on still\npress topics.kill\nasks inject(kill 3)", "on still\npress topics.filter\nasks inject",
        "on still\npress groups.open", "on still\npress topics.fly", "on still\nkey nosuch", "on cluster\nuntil 4/4 up",
        "on cluster\nsees no Topics", "on nowhere", "sees Topics", "on still\ndance",
    ])
    func `a session that does not hold fails`(text: String) {
        // A script that cannot fail tests nothing.
        let scripts = SessionScript.scripts(name: "wrong", text: "# Wrong\n" + text)
        var run = SessionRun(scripts[0])
        #expect(throws: SessionRun.Failure.self) { try run.play() }
    }

    @Test func `the same session twice is the same picture`() throws {
        // What depends on the order of a dictionary or on a clock would make sessions fail now and then.
        func screen() throws -> String {
            let cluster = try SimulatedCluster()
            var session = Session(empty: Size(columns: 120, rows: 40))
            var events: [Event] = []
            try cluster.live(.seconds(3)) { events.append($0) }
            try cluster.inject(.kill(1))
            try cluster.live(.seconds(4)) { events.append($0) }
            for event in events { session.send(event) }
            return session.screen
        }
        #expect(try screen() == screen())
    }
}
