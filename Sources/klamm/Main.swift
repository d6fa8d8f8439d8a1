import ArgumentParser

/// In a file of its own and not top-level code: closures there would be bound to the main actor.
@main
enum Main {
    static func main() async {
        ProcessSetup.prepare()
        do {
            var command = try Klamm.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            ProcessSetup.end(error)
        }
    }
}
