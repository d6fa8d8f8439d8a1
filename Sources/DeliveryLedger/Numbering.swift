/// Values that come again and again, by the order in which they came first. The same one mostly comes several times in a row.
struct Numbering<Value: Hashable> {
    private var values: [Value] = []
    private var numbers: [Value: Int] = [:]
    private var last = -1

    /// A value that is new gets the next number.
    mutating func number(of value: Value) -> Int {
        if last >= 0, values[last] == value { return last }
        let number = numbers[value] ?? values.count
        if number == values.count {
            values.append(value)
            numbers[value] = number
        }
        last = number
        return number
    }

    func contains(_ value: Value) -> Bool { numbers[value] != nil }

    subscript(_ number: Int) -> Value { values[number] }
}
