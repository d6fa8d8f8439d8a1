import Glibc
import Testing

/// The real `klamm serve`: signals and standard input.
@Suite(.serialized) struct ServeProgramTests {
    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `a signal stops the cluster in order`(signal: CInt) throws {
        // A closed terminal is no reason to recover every log at the next start.
        let folder = try ScratchFolder()
        let program = try ServeProgram(["--data-dir", folder.path])
        program.signal(signal)
        if signal == SIGHUP { program.signal(signal) }
        #expect(program.end() == 0)
        #expect((1...3).allSatisfy { folder.has("broker-\($0)/.kafka_cleanshutdown") })
    }
}
