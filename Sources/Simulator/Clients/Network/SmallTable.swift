/// What a client knows of each of a few things, such as topics by their names: to compare the keys one by one takes less time
/// than to hash one.
package struct SmallTable<Key: Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    private var keys: [Key] = []
    private var values: [Value] = []

    package init() {}

    package subscript(key: Key) -> Value? {
        get { keys.firstIndex(of: key).map { values[$0] } }
        set {
            switch (keys.firstIndex(of: key), newValue) {
            case (let index?, let value?): values[index] = value
            case (nil, let value?):
                keys.append(key)
                values.append(value)
            case (let index?, nil):
                keys.remove(at: index)
                values.remove(at: index)
            case (nil, nil): break
            }
        }
    }
}
