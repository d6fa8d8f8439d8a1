import Testing

@testable import Terminal

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("ÿþ", "w7/Dvg=="),
    ])
    func `text is encoded as RFC 4648 has it`(text: String, encoded: String) {
        // What a clipboard is sent; the vectors are the RFC's own.
        #expect(base64(Array(text.utf8)) == encoded)
    }
}
