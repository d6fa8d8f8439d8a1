import ArgumentParser
import Console
import ControlServer
import Glibc
import KafkaClient
import KafkaServer
import Settings
import Terminal

/// What the process asks of the system before anything else, and how it ends.
enum ProcessSetup {
    /// Bad input: an option, a port, a folder.
    private static let badInput: CInt = 2

    static func prepare() {
        // A client that goes away is no reason to die.
        signal(SIGPIPE, SIG_IGN)
        // Every partition of every replica has open files.
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        }
    }

    /// Says why in one sentence and exits: 0 for help and version, 2 for bad input, 1 for what went wrong later.
    static func end(_ error: any Error) -> Never {
        if let error = error as? ClusterError {
            complain(error.description)
            exit(error.isBadInput ? badInput : 1)
        }
        if error is TerminalError || error is SettingsError || error is UnknownTheme || error is ControlError
            || error is NoPicture || error is WireSecurity.Failure || error is WireError
        {
            complain("\(error)")
            exit(badInput)
        }
        let code = Klamm.exitCode(for: error)
        let message = Klamm.message(for: error)
        if code.isSuccess {
            if !message.isEmpty { print(message) }
            exit(0)
        }
        if !message.isEmpty { complain(message) }
        exit(code == .validationFailure ? badInput : code.rawValue)
    }

    /// Others' words may be among them, as a broker's or a certificate's: no control character reaches the terminal.
    static func complain(_ message: String) {
        var printable = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            let isControl =
                scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
            printable.append(isControl ? "\u{FFFD}" : scalar)
        }
        let line = Array("klamm: \(String(printable))\n".utf8)
        write(STDERR_FILENO, line, line.count)
    }
}

extension ClusterError {
    var isBadInput: Bool {
        switch self {
        case .portInUse, .portOutOfRange, .portNotAllowed, .hostNotAnAddress, .hostNotOurs, .notOurs, .newerFormat,
            .unusable, .locked, .otherControllers:
            true
        case .network, .unknownNode, .alreadyRunning, .noController, .notReady, .nothingToHit,
            .cannotScale,
            .stillInUse, .lastBroker,
            .notUnregistered:
            false
        }
    }
}
