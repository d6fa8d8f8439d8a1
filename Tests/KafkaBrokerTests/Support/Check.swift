import Testing

/// `#expect` for what changes the value that is asked: the macro works on a copy.
func check(_ holds: Bool, at location: SourceLocation = #_sourceLocation) {
    #expect(holds, sourceLocation: location)
}
