/// One thing that can be asked: the table of them makes the routing, the list at `/` and the README's table.
package struct ControlRoute: Sendable {
    typealias Answer = @Sendable (ControlService, ControlRequest, _ parameter: String) async throws -> ControlResponse

    package var method: String
    /// Such as `/v1/brokers/ID`: a word in capitals stands for any.
    package var path: String
    package var meaning: String
    /// What may stand in the query.
    package var query: [String]
    var answer: Answer

    init(_ method: String, _ path: String, query: [String] = [], _ meaning: String, answer: @escaping Answer) {
        self.method = method
        self.path = path
        self.query = query
        self.meaning = meaning
        self.answer = answer
    }

    /// What stands in place of the word in capitals, or nothing where there is none; nil where the path is another.
    func matched(by parts: [String]) -> String? {
        let pattern = path.split(separator: "/").map(String.init)
        guard pattern.count == parts.count else { return nil }
        var parameter = ""
        for (expected, part) in zip(pattern, parts) {
            if expected.allSatisfy(\.isUppercase) {
                parameter = part
            } else if expected != part {
                return nil
            }
        }
        return parameter
    }
}
