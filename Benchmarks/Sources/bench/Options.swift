import Foundation

/// What the command line asks for.
struct Options {
    var workloads = Workload.allCases
    var servers = ServerName.allCases
    var rounds = 5
    var seconds = 3.0
    var outstanding = 128
    var rate = 20_000.0
    var serverProcessor = 1
    var clientProcessor = 0
    var port: UInt16 = 15_300
    /// The folder with `sterna` and `sterna-answer`.
    var binaries: String
    var json: String?
    /// Where callgrind's files are kept.
    var profiles: String?
    var isShort = false
    var updatesBaseline = false
    var baseline: String
    var keepsFolder = false

    static let usage = """
        Measures what a query costs, beside other name servers of Debian, and what a change takes.

        usage: Benchmarks/run [options]

          --workloads LIST   some of \(Workload.allCases.map(\.rawValue).joined(separator: ","))
          --servers LIST     some of \(ServerName.allCases.map(\.rawValue).joined(separator: ","))
          --rounds N         rounds of each workload, interleaved over the servers (5)
          --seconds S        of each server in each round (3)
          --outstanding N    queries on their way at saturation (128)
          --rate N           queries a second of the paced loads (20000)
          --server-cpu N     the processor of the servers (1)
          --client-cpu N     the processor of the load generator (0)
          --port N           the first of the ports used on 127.0.0.1 (15300)
          --binaries DIR     where sterna and sterna-answer are (../.build/release, or $STERNA_BIN)
          --json FILE        keep all figures
          --profiles DIR     keep callgrind's files of `instructions`, for callgrind_annotate
          --keep             leave the temporary folder, with configurations and logs
          --ci               only figures that repeat on every run, compared to the baseline
          --baseline FILE    that baseline (Benchmarks/baseline.json)
          --update-baseline  with --ci: write it instead

        Workloads:
        \(Workload.allCases.map { "  \($0.rawValue.padding(toLength: 14, withPad: " ", startingAt: 0))\($0.summary)" }.joined(separator: "\n"))

        Examples:
          Benchmarks/run                                                      everything, half an hour
          Benchmarks/run --workloads W1,W3 --servers sterna,gdnsd --rounds 3  a quick look
          Benchmarks/run --workloads instructions --servers sterna,gdnsd      no noise, one minute
          Benchmarks/run --workloads W5 --json million.json
          Benchmarks/run --ci                                                 what CI runs
        """

    /// Reads the command line.
    ///
    /// - Parameter folder: where the benchmarks' package lies.
    /// - Throws: `BenchError` with what is wrong.
    init(_ arguments: [String], folder: String) throws(BenchError) {
        let environment = ProcessInfo.processInfo.environment
        binaries = environment["STERNA_BIN"] ?? folder + "/../.build/release"
        baseline = folder + "/baseline.json"
        var words = arguments.makeIterator()
        while let word = words.next() {
            switch word {
            case "--ci": isShort = true
            case "--update-baseline": updatesBaseline = true
            case "--keep": keepsFolder = true
            case "-h", "--help": throw BenchError(Options.usage, isUsage: true)
            default:
                guard let value = words.next() else {
                    throw BenchError("\(word): a value is missing, or the option is not known")
                }
                try take(word, value)
            }
        }
        guard updatesBaseline ? isShort : true else {
            throw BenchError("--update-baseline goes with --ci")
        }
    }

    private mutating func take(_ word: String, _ value: String) throws(BenchError) {
        switch word {
        case "--workloads": workloads = try list(word, value, of: Workload.self)
        case "--servers": servers = try list(word, value, of: ServerName.self)
        case "--rounds": rounds = try number(word, value, 1...1000)
        case "--seconds":
            guard let seconds = Double(value), (0.1...3600).contains(seconds) else {
                throw BenchError("\(word): 0.1 to 3600")
            }
            self.seconds = seconds
        case "--outstanding": outstanding = try number(word, value, 1...8192)
        case "--rate": rate = Double(try number(word, value, 1...10_000_000))
        case "--server-cpu": serverProcessor = try number(word, value, 0...1023)
        case "--client-cpu": clientProcessor = try number(word, value, 0...1023)
        case "--port": port = UInt16(try number(word, value, 1024...60_000))
        case "--binaries": binaries = value
        case "--json": json = value
        case "--profiles": profiles = value
        case "--baseline": baseline = value
        default: throw BenchError("unknown option \(word); try --help")
        }
    }

    private func number(
        _ word: String, _ value: String, _ range: ClosedRange<Int>
    ) throws(BenchError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw BenchError("\(word): \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func list<Item: RawRepresentable & CaseIterable>(
        _ word: String, _ value: String, of: Item.Type
    ) throws(BenchError) -> [Item] where Item.RawValue == String {
        var items: [Item] = []
        for name in value.split(separator: ",") {
            guard let item = Item(rawValue: String(name)) else {
                let known = Item.allCases.map(\.rawValue).joined(separator: ", ")
                throw BenchError("\(word): '\(name)' is none of \(known)")
            }
            items.append(item)
        }
        return items
    }
}

/// Why a run ends early; printed as it is.
struct BenchError: Error, CustomStringConvertible {
    var description: String
    /// Whether it was asked for: help.
    var isUsage = false

    init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}
