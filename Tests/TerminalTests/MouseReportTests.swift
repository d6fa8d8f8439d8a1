import Console
import Testing

@testable import Terminal

/// What a terminal says about its mouse, between `ESC [ <` and its last letter.
@Suite struct MouseReportTests {
    @Test(arguments: [
        ("0;5;3M", MouseEvent(.click, at: Position(row: 2, column: 4))),
        ("64;1;1M", MouseEvent(.wheelUp, at: Position(row: 0, column: 0))),
        ("65;300;90M", MouseEvent(.wheelDown, at: Position(row: 89, column: 299))),
        ("16;2;2M", MouseEvent(.click, at: Position(row: 1, column: 1))),
    ])
    func `clicks and the wheel are read, with whatever key is held`(text: String, event: MouseEvent) {
        // Counted from 1 by terminals, and from 0 by us.
        #expect(Mouse.read(text) == .over(event))
        for length in 0..<text.count { #expect(Mouse.read(String(text.prefix(length))) == .unfinished) }
    }

    @Test(arguments: [
        "0;5;3m", "1;5;3M", "2;5;3M", "32;5;3M", "66;1;1M", "0;0;1M", "0;1;0M", "0;5M", "0;5;3;1M", ";;M", "M", "q",
        "0;5;9999999999999999999M", "111111111111111111111111", "0;5;3\u{1B}",
    ])
    func `anything else is dropped whole, and ends`(text: String) {
        // Whatever a terminal or a paste sends must neither click nor swallow the keys after it.
        #expect(Mouse.read(text) == .over(nil))
    }
}
