extension Result where Failure == any Error {
    /// The outcome of an asynchronous piece of work, as a value.
    package init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
