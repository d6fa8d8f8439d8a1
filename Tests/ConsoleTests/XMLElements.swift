/// A reader of the XML that our pictures are written in: elements, attributes in double quotes, text with entities. Strict, and
/// without a library that not every machine has.
enum XMLElements {
    struct Element: Hashable {
        var name: String
        var attributes: [String: String] = [:]
        var text = ""
    }

    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    /// In the order in which they open; each with the text directly within it.
    static func read(_ xml: String) throws(Malformed) -> [Element] {
        var elements: [Element] = []
        var open: [Int] = []
        var rest = xml[...]
        while !rest.isEmpty {
            let text = rest.prefix { $0 != "<" }
            rest = rest.dropFirst(text.count)
            if let last = open.last {
                elements[last].text += try plain(text)
            } else if text.contains(where: { !$0.isWhitespace }) {
                throw Malformed(description: "text outside of every element: \(text)")
            }
            guard !rest.isEmpty else { break }
            guard let end = rest.firstIndex(of: ">") else { throw Malformed(description: "no end: \(rest.prefix(80))") }
            var tag = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.first == "/" {
                guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
                    throw Malformed(description: "<\(tag)> closes what is not open")
                }
                continue
            }
            let isEmpty = tag.last == "/"
            if isEmpty { tag = tag.dropLast() }
            elements.append(try element(tag))
            if !isEmpty { open.append(elements.count - 1) }
        }
        guard open.isEmpty else { throw Malformed(description: "\(open.count) elements are not closed") }
        return elements
    }

    private static func element(_ tag: Substring) throws(Malformed) -> Element {
        let name = tag.prefix { !$0.isWhitespace }
        var element = Element(name: String(name))
        var rest = tag.dropFirst(name.count).drop(while: \.isWhitespace)
        while !rest.isEmpty {
            let key = rest.prefix { $0 != "=" }
            rest = rest.dropFirst(key.count + 1)
            guard rest.first == "\"" else { throw Malformed(description: "no quote in <\(tag)>") }
            let value = rest.dropFirst().prefix { $0 != "\"" }
            rest = rest.dropFirst(value.count + 2).drop(while: \.isWhitespace)
            guard element.attributes.updateValue(try plain(value), forKey: String(key)) == nil else {
                throw Malformed(description: "\(key) twice in <\(tag)>")
            }
        }
        return element
    }

    private static func plain(_ text: Substring) throws(Malformed) -> String {
        var plain = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "&" else {
                plain.append(character)
                continue
            }
            let entity = rest.prefix { $0 != ";" }
            rest = rest.dropFirst(entity.count + 1)
            guard let known = ["amp": "&", "lt": "<", "gt": ">", "quot": "\""][String(entity)] else {
                throw Malformed(description: "&\(entity) means nothing")
            }
            plain += known
        }
        return plain
    }
}
