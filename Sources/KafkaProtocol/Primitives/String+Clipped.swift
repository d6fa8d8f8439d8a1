extension String {
    /// What a message may quote of what a client sent: a name or value of 32 KiB leaves no room for the rest.
    package var clipped: String {
        let most = 300
        guard utf8.count > most, unicodeScalars.count > most else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(most))) + "…"
    }
}
