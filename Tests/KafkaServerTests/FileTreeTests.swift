import Testing

@testable import KafkaServer

@Suite struct FileTreeTests {
    @Test func `a folder is taken out with all that is in it, and with nothing else`() {
        // A topic's folder is renamed and removed while ten thousand others stay.
        let tree = FileTree<Int>()
        for (number, path) in ["orders-1/a", "orders-1/sub/b", "orders-10/a", "orders-1.log", "top"].enumerated() {
            tree[path] = number
        }
        #expect(tree["orders-1/sub/b"] == 1)
        #expect(tree["orders-1"] == nil)
        let removed = tree.removeAll(at: "orders-1").sorted { $0.rest < $1.rest }
        #expect(removed.map(\.rest) == ["/a", "/sub/b"])
        #expect(removed.map(\.value) == [0, 1])
        #expect(tree.sorted.map(\.path) == ["orders-1.log", "orders-10/a", "top"])
        #expect(tree.removeAll(at: "orders-1").isEmpty)
    }

    @Test func `what is set to nil is gone, and a file is taken out under its own name`() {
        // A name must not stay behind its file: in a long life there would be ever more of them.
        let tree = FileTree<Int>()
        tree["orders-1/a"] = 1
        tree["orders-1/b"] = 2
        tree["orders-1/a"] = nil
        tree["orders-1/c"] = nil
        #expect(tree.sorted.map(\.path) == ["orders-1/b"])
        let removed = tree.removeAll(at: "orders-1/b")
        #expect(removed.map(\.rest) == [""])
        #expect(removed.map(\.value) == [2])
        #expect(tree.sorted.isEmpty)
    }
}
