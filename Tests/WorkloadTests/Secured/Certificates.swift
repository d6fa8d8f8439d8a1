import Foundation
import NIOSSL

/// Those of Tests/Interop/Certificates; make.py there tells how they came about.
enum Certificates {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Interop/Certificates").path

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// A broker with this certificate; `isDemanding` wants to know who comes.
    static func server(_ name: String = "broker", isDemanding: Bool = false) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(path("\(name).pem")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: path("\(name).key"), format: .pem)))
        if isDemanding {
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path("ca.pem")))
        }
        return tls
    }
}
