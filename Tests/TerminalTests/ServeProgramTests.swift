import Glibc
import Testing

/// The real `klamm serve`: signals and standard input.
@Suite(.serialized, .ownThread) struct ServeProgramTests {
    @Test func `a wrong line gets a sentence, and the next line is heard`() throws {
        // Scripts drive it for hours; a typing mistake must neither end it nor pass for a fault.
        let program = try ServeProgram(["--events"])
        for line in [
            "freeze 1 for -3s", "disk 2:nosuch-0 full", "reset 1-client:NAME", "heal cut 1-2", "fail Bogus at 1",
            "explode", "kill 9", "\u{1}",
        ] {
            let answer = try program.ask(line)
            #expect(answer.hasPrefix("{\"error\":\"") && answer.hasSuffix(".\"}"), "\(line): \(answer)")
        }
        #expect(try program.ask("explode").contains("faults, ledger, add-broker, remove-broker and help"))
        #expect(try program.ask("faults") == "{\"ok\":\"\"}")
        #expect(try program.ask("cut 2-nodes") == "{\"ok\":\"cut 2-nodes\"}")
        #expect(try program.ask("heal cut 2-nodes") == "{\"ok\":\"heal cut 2-nodes\"}")
        program.signal(SIGTERM)
        #expect(try program.end() == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `a signal stops the cluster in order`(signal: CInt) throws {
        // A closed terminal is no reason to recover every log at the next start.
        let folder = try ScratchFolder()
        let program = try ServeProgram(["--data-dir", folder.path])
        program.signal(signal)
        if signal == SIGHUP { program.signal(signal) }
        #expect(try program.end() == 0)
        #expect((1...3).allSatisfy { folder.has("broker-\($0)/.kafka_cleanshutdown") })
    }
}
