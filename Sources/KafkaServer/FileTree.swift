/// Values by path, in which all that lies in a folder is found without a look at anything else: with ten thousand
/// partitions a broker knows tens of thousands of files, and a walk through them for each would never end.
final class FileTree<Value> {
    private var value: Value?
    private var children: [Substring: FileTree] = [:]

    subscript(path: String) -> Value? {
        get {
            var node = self
            for name in Self.names(path) {
                guard let child = node.children[name] else { return nil }
                node = child
            }
            return node.value
        }
        set {
            if let newValue {
                node(Self.names(path)).value = newValue
            } else {
                remove(Self.names(path)[...]) { $0.value = nil }
            }
        }
    }

    /// Takes out what is at the path and below it; `rest` is how each one's path goes on.
    func removeAll(at path: String) -> [(rest: String, value: Value)] {
        var removed: [(rest: String, value: Value)] = []
        remove(Self.names(path)[...]) { node in
            node.collect("", into: &removed)
            node.value = nil
            node.children.removeAll()
        }
        return removed
    }

    func removeAll() {
        value = nil
        children.removeAll()
    }

    /// All that there is, sorted by path.
    var sorted: [(path: String, value: Value)] {
        var all: [(rest: String, value: Value)] = []
        collect("", into: &all)
        return all.map { (String($0.rest.dropFirst()), $0.value) }.sorted { $0.path < $1.path }
    }

    private static func names(_ path: String) -> [Substring] { path.split(separator: "/") }

    private func node(_ names: [Substring]) -> FileTree {
        var node = self
        for name in names {
            if let child = node.children[name] {
                node = child
            } else {
                let child = FileTree()
                // A copy: the slice would keep the whole path alive.
                node.children[Substring(String(name))] = child
                node = child
            }
        }
        return node
    }

    /// Changes the node there, if any, and drops those on the way that hold nothing any more.
    private func remove(_ names: ArraySlice<Substring>, _ change: (FileTree) -> Void) {
        guard let first = names.first else { return change(self) }
        guard let child = children[first] else { return }
        child.remove(names.dropFirst(), change)
        if child.value == nil, child.children.isEmpty { children[first] = nil }
    }

    private func collect(_ path: String, into all: inout [(rest: String, value: Value)]) {
        if let value { all.append((path, value)) }
        for (name, child) in children { child.collect(path + "/" + name, into: &all) }
    }
}
