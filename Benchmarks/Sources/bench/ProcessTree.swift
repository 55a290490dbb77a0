import Foundation

/// What a server's processes, all that descend from one, use.
enum ProcessTree {
    /// A process and its descendants.
    static func pids(of root: pid_t) -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for entry in entries {
            guard let pid = pid_t(entry), let fields = fields(pid), let parent = pid_t(fields[1])
            else { continue }
            children[parent, default: []].append(pid)
        }
        var found = [root]
        var index = 0
        while index < found.count {
            found += children[found[index]] ?? []
            index += 1
        }
        return found
    }

    /// Processor time in seconds.
    struct Time {
        var user = 0.0
        var system = 0.0

        static func - (left: Time, right: Time) -> Time {
            Time(user: left.user - right.user, system: left.system - right.system)
        }
    }

    /// What these processes have used so far, their ended threads included.
    static func time(of pids: [pid_t]) -> Time {
        let hertz = Double(sysconf(CInt(_SC_CLK_TCK)))
        var time = Time()
        for pid in pids {
            guard let fields = fields(pid), let user = Double(fields[11]),
                let system = Double(fields[12])
            else { continue }
            time.user += user / hertz
            time.system += system / hertz
        }
        return time
    }

    /// What counts as a process's memory.
    enum Memory: String {
        /// Its own pages, and its part of those that it shares.
        case proportional = "Pss:"
        /// All its pages: the same whoever else has some of them.
        case resident = "Rss:"
    }

    /// Their memory in MiB.
    static func memory(of pids: [pid_t], _ kind: Memory = .proportional) -> Double {
        var sum = 0.0
        for pid in pids {
            guard
                let text = try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)
            else { continue }
            for line in text.split(separator: "\n") where line.hasPrefix(kind.rawValue) {
                sum += Double(line.split(separator: " ")[1]) ?? 0
            }
        }
        return sum / 1024
    }

    /// The fields of `/proc/PID/stat` from the third on; nil when there is no such process.
    private static func fields(_ pid: pid_t) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 20 ? fields : nil
    }

    /// The command of a process, cut to 15 characters by the kernel.
    static func name(_ pid: pid_t) -> String {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
