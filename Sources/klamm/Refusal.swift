/// What could not be done, and why, as a sentence for the user.
struct Refusal: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
