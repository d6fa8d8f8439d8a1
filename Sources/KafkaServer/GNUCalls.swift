import Glibc

/// Calls of Linux and glibc that Swift's view of the C library leaves out. Nil where the library has none of that name.
enum GNUCalls {
    /// Makes everything on the file system of this descriptor durable.
    static let syncfs = call("syncfs", as: (@convention(c) (CInt) -> CInt).self)

    /// As renameat, with flags.
    static let renameat2 = call(
        "renameat2",
        as: (@convention(c) (CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt) -> CInt).self)

    /// For `renameat2`: the two names change places.
    static let exchange: CUnsignedInt = 2

    private static func call<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }
}
