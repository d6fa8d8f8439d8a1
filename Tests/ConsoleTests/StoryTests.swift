import KafkaCluster
import KafkaProtocol
import Scenarios
import Testing

@testable import Console

/// A scenario that is played under the console.
@Suite struct StoryTests {
    @Test func `a scenario is chosen from its list or by name`() {
        // Both ways ask for the same.
        var session = Session()
        #expect(session.press("topics.scenarios", "scenarios.move-down", "scenarios.open") == [.playScenario("02-b")])
        session = Session()
        session.press("topics.palette")
        session.type("scenario 01")
        session.key(.enter)
        #expect(session.commands == [.playScenario("01-a")])
    }

    @Test func `a story can be played held, before anything has happened`() {
        // It is over within three seconds: before one has found the key that holds it.
        var session = Session()
        #expect(session.press("topics.scenarios", "scenarios.step") == [.playScenario("01-a"), .conduct(.pause)])
        #expect(session.toast == "A cluster is started for 01-a… It is held before its first step")
    }

    @Test func `a story takes the screen and the picture, and gives both back`() {
        // Nothing of klamm's own cluster may be taken for the story's.
        var session = Session()
        #expect(session.model.snapshot != nil)
        session.send(.story(Fixture.story))
        #expect(session.model.place == .story)
        #expect(session.model.snapshot == nil)
        #expect(session.model.picture.events.entries.isEmpty)
        session.send(.snapshot(Fixture.snapshot(step: 1)))
        session.send(.story(nil))
        #expect(session.model.place == .scenarios)
        #expect(session.model.snapshot == nil)
    }

    @Test func `what happened before a story is there again after it`() {
        // Whoever plays a story has not asked for klamm's own past to be forgotten.
        var session = Session()
        session.send(.cluster(.fault(.kill(1), at: Fixture.start)))
        let (events, past) = (session.model.picture.events, session.model.picture.past)
        let rates = session.model.picture.history
        session.send(.story(Fixture.story))
        session.send(.cluster(.fault(.kill(2), at: Fixture.start)))
        #expect(session.model.picture.events.entries.count == 1)
        var next = Fixture.story
        next.next = "Step 3 of 3"
        session.send(.story(next))
        session.send(.story(nil))
        #expect(!events.entries.isEmpty && session.model.picture.events == events)
        #expect(session.model.picture.past == past && session.model.picture.history == rates)
        #expect(session.model.aside == nil)
    }

    @Test func `space holds a story and lets it go on, s takes a step`() {
        var session = Session()
        session.send(.story(Fixture.story))
        #expect(session.press("story.play") == [.conduct(.pause)])
        var held = Fixture.story
        held.state = .paused
        session.send(.story(held))
        #expect(session.press("story.play") == [.conduct(.play)])
        #expect(session.press("story.step") == [.conduct(.step)])
        held.state = .over(asExpected: true)
        session.send(.story(held))
        #expect(session.press("story.play") == [])
        #expect(session.press("story.step") == [])
    }

    @Test func `below the next step stand the keys that hold it and take it`() {
        // A story was over before its users had found that it can be held.
        var session = Session()
        session.send(.story(Fixture.story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        #expect(session.shows("space holds it before this step"), "\(session)")
        var story = Fixture.story
        story.state = .paused
        session.send(.story(story))
        #expect(session.shows("space plays on, s takes this step"), "\(session)")
        story.state = .over(asExpected: true)
        story.next = nil
        session.send(.story(story))
        #expect(!session.shows("space plays on") && !session.shows("space holds it"), "\(session)")
    }

    @Test func `escape leaves the story, not klamm`() {
        var session = Session()
        session.send(.story(Fixture.story))
        #expect(session.press("story.back") == [.conduct(.leave)])
        #expect(session.send(.key(KeyChord("q"))) == [.conduct(.leave)])
    }

    @Test func `on every screen the header names the story, and esc leads out of it`() {
        // Whoever takes its cluster for klamm's own breaks the wrong one, and wonders where the records went.
        var session = Session()
        #expect(session.shows("Cluster    ◆ klamm") && !session.shows("STORY"))
        session.send(.story(Fixture.story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        #expect(session.shows(" STORY  ▶ 01-a  esc leaves") && !session.shows("◆ klamm"))
        for view in ["story", "topics", "brokers", "groups", "events", "faults", "clients", "ledger"] {
            var there = session
            if view != "story" { there.press("story.\(view == "faults" ? "view-faults" : view)") }
            #expect(there.shows(" STORY  ▶ 01-a  esc leaves"), "\(there)")
            #expect(there.key(.escape) == [], "one press too many must not end it")
            #expect(there.shows("Leave the story 01-a?") && there.shows("records of 4 topics go"), "\(there)")
            #expect(there.shows("klamm's own cluster"), "\(there)")
            #expect(there.key(.escape) == [] && there.model.overlay == nil)
            there.type("q")
            #expect(there.key(.enter) == [.conduct(.leave)])
        }
        session.press("story.topics", "topics.move-down", "topics.open")
        #expect(session.shows(" STORY  ▶ 01-a ") && !session.shows("esc leaves"), "one screen down it goes back")
        #expect(session.key(.escape) == [] && session.model.place == .topics && session.model.overlay == nil)
    }

    @Test func `a long name leaves room for how to leave`() {
        // At 80 columns "esc leaves" fell off the header.
        var session = Session()
        var story = Fixture.story
        story.head.name = "03-leader-dies-before-copying"
        session.send(.story(story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        #expect(session.shows(" STORY  ▶ 03-leader-die…  esc leaves"), "\(session)")
    }

    @Test func `enter shows the file's words below each sentence, and hides them again`() {
        // A sentence is for those who read; whoever writes a scenario looks for his own words.
        var session = Session(columns: 120, rows: 40)
        session.send(.story(Fixture.story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        #expect(session.shows("Cut the link between broker 1 and broker 2") && !session.shows("cut 1-2"))
        #expect(session.press("story.open") == [])
        #expect(session.shows("Cut the link between broker 1 and broker 2") && session.shows("cut 1-2"), "\(session)")
        #expect(session.shows("when new acked(orders) >= 50, kill 1"))
        session.press("story.open")
        #expect(!session.shows("cut 1-2"))
    }

    @Test func `a line's time is that of the events`() {
        // "+1.733" and "14:02:34.853" are the same moment, and nobody saw it.
        let event = "14:02:34.853"
        var session = Session(columns: 120, rows: 40)
        session.send(.story(Fixture.story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        #expect(session.shows("\(event)    1.733") && session.shows("0 s is 14:02:33.120"), "\(session)")
        session = Session()
        session.send(.story(Fixture.story))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        session.press("story.top")
        #expect(session.shows("It began at 14:02:33.120"), "\(session)")
    }

    @Test func `who has left a story is told that it is klamm's own cluster again`() {
        var session = Session()
        session.send(.story(Fixture.story))
        session.send(.story(nil))
        #expect(session.toast.hasPrefix("Left 01-a"), "\(session.toast)")
    }

    @Test func `a story that failed is not told as one that was left, and its reason stays`() {
        // "Left 01-a" took the place of the reason before anybody could read it.
        var session = Session()
        session.send(.story(Fixture.story))
        var failed = Fixture.story
        failed.state = .failed("port 9092 is taken.")
        session.send(.story(failed))
        session.send(.story(nil))
        #expect(session.toast == "01-a failed: port 9092 is taken · this is klamm's own cluster again")
        #expect(session.model.toast?.kind == .error && session.model.toast?.lasts == true)
    }

    @Test func `a story that has no records yet is left without a question`() {
        // A question that is always asked is not read.
        var session = Session()
        session.send(.story(Fixture.story))
        session.press("story.topics")
        #expect(session.key(.escape) == [.conduct(.leave)])
    }

    @Test func `other views show the story's cluster, and its key leads back`() {
        var session = Session()
        session.send(.story(Fixture.story))
        session.press("story.topics")
        #expect(session.model.place == .topics)
        session.press("topics.scenarios")
        #expect(session.model.place == .story)
    }

    @Test func `a second story is refused while one is on`() {
        var session = Session()
        session.send(.story(Fixture.story))
        session.press("story.palette")
        session.type("scenario 01")
        session.key(.enter)
        #expect(session.commands == [])
        #expect(session.model.toast?.kind == .warning)
    }

    @Test func `a line that comes late goes to its place in time`() {
        // Rows that go back in time make one doubt all the others.
        var story = Fixture.story
        story.add(StoryLine(.event, "the ISR shrank", after: .milliseconds(1700)))
        story.add(StoryLine(.event, "at the same time", after: .milliseconds(1733)))
        story.add(StoryLine(.event, "before all", after: .milliseconds(1)))
        let times = story.lines.map(\.after)
        #expect(times == times.sorted())
        #expect(story.lines.first?.text == "before all")
        #expect(story.lines[4].text == "the ISR shrank" && story.lines[6].text == "at the same time")
    }

    @Test func `who stands at the end of a story sees its next line`() throws {
        // The newest line is the one that matters; whoever scrolled back is left where he is.
        var story = Fixture.story
        for number in 0..<60 { story.lines.append(StoryLine(.says, "line \(number)", after: .seconds(9))) }
        var session = Session()
        session.send(.story(story))
        #expect(session.screen.contains("line 59"))
        story.lines.append(StoryLine(.says, "the last", after: .seconds(10)))
        session.send(.story(story))
        #expect(session.screen.contains("the last"))
        session.press("story.top")
        story.lines.append(StoryLine(.says, "one more", after: .seconds(11)))
        session.send(.story(story))
        #expect(!session.screen.contains("one more"))
        session.press("story.bottom")
        #expect(session.screen.contains("one more"))
    }
}
