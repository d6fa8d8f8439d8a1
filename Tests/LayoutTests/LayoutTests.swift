import Foundation
import Testing

/// The repository keeps the arrows of design.md and the habits of style.md.
@Suite struct LayoutTests {
    @Test func `every folder of Sources is in the list`() throws {
        // A module that nobody listed would be checked by nobody.
        let known = Layout.modules.map(\.name) + Layout.cTargets
        for folder in try SourceFile.folders(in: "Sources") {
            #expect(known.contains(folder), "Sources/\(folder) is not in Layout.modules")
        }
    }

    @Test func `modules import only what stands below them`() throws {
        // The arrows keep decisions apart from effects, and keep cycles out.
        for module in Layout.modules {
            let allowed = Layout.allowedImports(of: module)
            for file in try SourceFile.all(under: "Sources/\(module.name)") {
                for name in file.imports {
                    #expect(allowed.contains(name), "\(file.path) imports \(name)")
                }
            }
        }
    }

    @Test func `pure modules have no hidden inputs`() throws {
        // A clock, a task or a die inside would make a simulated run differ from its replay.
        for module in Layout.modules where module.isPure {
            for file in try SourceFile.all(under: "Sources/\(module.name)") {
                for finding in HiddenInputs.findings(in: file.code) {
                    Issue.record("\(file.path) \(finding)")
                }
            }
        }
    }

    @Test func `nothing is public`() throws {
        // klamm is a program: what one module shows another is package.
        for file in try SourceFile.all(under: "Sources") {
            for (index, line) in file.code.enumerated() where line.holds("public") || line.holds("open") {
                let isPublic = line.contains(/(?:^|[^.\w])(?:public|open)\s+\w/)
                #expect(!isPublic, "\(file.path):\(index + 1) \(line)")
            }
        }
    }

    @Test func `file names are unique within a module`() throws {
        // The compiler names objects by file, and so do people.
        for module in Layout.modules {
            let names = try SourceFile.all(under: "Sources/\(module.name)").map(\.name)
            let twice = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
            #expect(twice.isEmpty, "\(module.name) has several of \(twice)")
        }
    }

    @Test func `no module bears the name of a type in it`() throws {
        // Swift then takes Module.Thing for a member of the type.
        for module in Layout.modules {
            let form = try Regex("\\b(?:struct|class|enum|actor|protocol|typealias)\\s+\(module.name)\\b")
                .wordBoundaryKind(.simple)
            for file in try SourceFile.all(under: "Sources/\(module.name)") {
                let declares = file.code.contains { $0.holds(module.name) && $0.contains(form) }
                #expect(!declares, "\(file.path) declares \(module.name)")
            }
        }
    }

    @Test func `the top level holds only what belongs there`() throws {
        // A newcomer reads the listing first.
        for entry in try SourceFile.folders(in: "") {
            #expect(Layout.topLevel.contains(entry), "\(entry) does not belong to the top level")
        }
    }

    @Test func `no file is longer than 600 lines`() throws {
        // Past that there is a second idea in it.
        for file in try SourceFile.all(under: "Sources") + SourceFile.all(under: "Tests") {
            #expect(file.lines.count <= 601, "\(file.path) has \(file.lines.count - 1) lines")
        }
    }

    @Test func `no work is left behind in comments`() throws {
        // What is not done belongs to an issue.
        let words = ["TO" + "DO", "FIX" + "ME"]
        for file in try SourceFile.all(under: "Sources") + SourceFile.all(under: "Tests") {
            for (index, line) in file.lines.enumerated() where words.contains(where: line.contains) {
                Issue.record("\(file.path):\(index + 1) \(line)")
            }
        }
    }
}
