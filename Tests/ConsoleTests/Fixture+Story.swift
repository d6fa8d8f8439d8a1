import Scenarios

@testable import Console

extension Fixture {
    static let scenarios = [
        ScenarioHead(name: "01-a", title: "A leader dies, and what it had acknowledged alone is lost"),
        ScenarioHead(name: "02-b", title: "Nothing is lost"),
    ]

    /// A story in its second step, with a line of each kind.
    static let story: Story = {
        var story = Story(
            scenarios[0],
            shows:
                "A leader acknowledges by itself what its followers have not copied. When it dies, one of them leads, "
                + "and does not have it.")
        let lines: [(StoryLine.Kind, String, String?, Duration)] = [
            (
                .condition, "acked(orders) >= 50 and isr(orders-0) = 3",
                "Waited for at least 50 acknowledged records of orders and 3 replicas of orders-0 in sync",
                .milliseconds(141)
            ),
            (.action, "cut 1-2", "Cut the link between broker 1 and broker 2", .milliseconds(142)),
            (
                .says, "The link is cut; nobody knows yet, and 50 records are acknowledged so far by the leader alone.",
                nil, .milliseconds(163)
            ),
            (.event, "orders-0 is led by 2 after 1 · epoch 1 · ISR 2,3", nil, .milliseconds(1733)),
            (
                .met, "lost(orders) > 0: lost(orders) is 58", "As expected, some lost records of orders: 58",
                .milliseconds(2165)
            ),
            (
                .unmet, "duplicate(orders) = 0: duplicate(orders) is 1", "Expected no doubled records of orders: 1",
                .milliseconds(2165)
            ),
        ]
        story.lines = lines.map { StoryLine($0.0, $0.1, words: $0.2, after: $0.3) }
        story.began = start
        story.next = "Step 2 of 3: wait for at least 50 more acknowledged records of orders, then kill broker 1"
        story.nextText = "when new acked(orders) >= 50, kill 1"
        return story
    }()
}
