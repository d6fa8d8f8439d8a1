import FoundationEssentials

extension ControlRequest {
    /// The body as an object whose values are all strings, with these names only.
    func fields(needed: [String], optional: [String] = []) throws(ControlRefusal) -> [String: String] {
        let example = "{" + needed.map { "\"\($0)\":\"...\"" }.joined(separator: ",") + "}"
        guard let fields = try? JSONDecoder().decode([String: String].self, from: Data(body)) else {
            throw ControlRefusal(.badRequest, "The body is no JSON object of strings; send \(example).")
        }
        for name in needed where fields[name] == nil {
            throw ControlRefusal(.badRequest, "The body lacks \"\(name)\"; send \(example).")
        }
        if let stranger = fields.keys.filter({ !(needed + optional).contains($0) }).min() {
            throw ControlRefusal(
                .badRequest,
                "The body has \"\(stranger)\"; there is \((needed + optional).joined(separator: ", ")).")
        }
        return fields
    }

    func refuseBody() throws(ControlRefusal) {
        guard body.isEmpty else { throw ControlRefusal(.badRequest, "This request takes no body.") }
    }
}
