/// Something about each topic by its name. A client knows a few topics, with short names: to compare them one by one takes
/// less time than to hash one.
package struct TopicTable<Value: Hashable & Sendable>: Hashable, Sendable {
    private var names: [String] = []
    private var values: [Value] = []

    package subscript(name: String) -> Value? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            switch (names.firstIndex(of: name), newValue) {
            case (let index?, let value?): values[index] = value
            case (nil, let value?):
                names.append(name)
                values.append(value)
            case (let index?, nil):
                names.remove(at: index)
                values.remove(at: index)
            case (nil, nil): break
            }
        }
    }
}
