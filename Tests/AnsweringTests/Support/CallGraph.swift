import Foundation

/// Who calls whom in compiled modules, read from `objdump`; calls through pointers are not seen.
struct CallGraph {
    private(set) var calls: [String: Set<String>] = [:]

    private static let objdump = "/usr/bin/objdump"

    static var isPossible: Bool {
        FileManager.default.isExecutableFile(atPath: objdump)
            && !objects(of: ["Answering"]).isEmpty
    }

    /// The object files of modules, which lie beside the test program.
    private static func objects(of modules: [String]) -> [String] {
        guard
            let program = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/exe")
        else { return [] }
        let folder = URL(filePath: program).deletingLastPathComponent()
        return modules.flatMap { module in
            let path = folder.appending(path: "\(module).build").path()
            let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return files.filter { $0.hasSuffix(".o") }.sorted().map { "\(path)/\($0)" }
        }
    }

    init(modules: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: CallGraph.objdump)
        process.arguments = ["-dr", "--no-show-raw-insn"] + CallGraph.objects(of: modules)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        read(String(decoding: output, as: UTF8.self))
    }

    private mutating func read(_ listing: String) {
        var function = ""
        var isCall = false
        for line in listing.split(separator: "\n") {
            if line.hasSuffix(">:"), let open = line.firstIndex(of: "<") {
                function = String(line[line.index(after: open)...].dropLast(2))
                calls[function, default: []] = calls[function, default: []]
            } else if let relocation = line.range(of: ": R_") {
                // The name that the linker puts into the instruction above.
                guard isCall, let name = line[relocation.upperBound...].split(separator: "\t").last
                else { continue }
                calls[function, default: []].insert(CallGraph.withoutOffset(name))
            } else {
                let words = line.split(whereSeparator: \.isWhitespace)
                let operation = words.dropFirst().first ?? ""
                isCall = ["call", "jmp", "bl", "b"].contains {
                    operation == $0 || operation == $0 + "q"
                }
                if isCall, let open = line.firstIndex(of: "<"), line.hasSuffix(">") {
                    let name = line[line.index(after: open)...].dropLast()
                    if !name.contains("+") { calls[function, default: []].insert(String(name)) }
                }
            }
        }
    }

    private static func withoutOffset(_ name: Substring) -> String {
        String(name.prefix { $0 != "+" && $0 != "-" })
    }

    /// Every function that can be reached, and one that calls it.
    func reachable(from roots: [String]) -> [String: String] {
        var callers: [String: String] = [:]
        var waiting = roots
        for root in roots { callers[root] = "" }
        while let function = waiting.popLast() {
            for callee in calls[function] ?? [] where callers[callee] == nil {
                callers[callee] = function
                waiting.append(callee)
            }
        }
        return callers
    }
}
