/// Values that come again and again, by the order in which they came first. The same one mostly comes several times in a row.
struct Numbering<Value: Hashable> {
    private var values: [Value] = []
    private var numbers: [Value: Int] = [:]
    private var last: (value: Value, number: Int)?

    /// A value that is new gets the next number.
    mutating func number(of value: Value) -> Int {
        if let last, last.value == value { return last.number }
        let number = numbers[value] ?? values.count
        if number == values.count {
            values.append(value)
            numbers[value] = number
        }
        last = (value, number)
        return number
    }

    subscript(_ number: Int) -> Value { values[number] }
}
