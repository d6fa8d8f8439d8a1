import Glibc
import NIOCore
import NIOPosix

/// What the system says when it cannot connect, in the words that people know.
enum ConnectFailure {
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // Several addresses of one name: mostly all fail alike.
            guard let first = error.connectionErrors.first else { return "\(error.host) is not known" }
            return words(first.error)
        case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercasedFirst
        case let error as ChannelError:
            if case .connectTimeout = error { return "no connection in time" }
            return "\(error)"
        default: return "\(error)"
        }
    }
}

extension String {
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
