import CSterna
import Glibc

/// What a process that only answers gives up for good, before its threads start.
///
/// It has parsers of foreign bytes and no need of anything but its sockets, its memory, and new
/// images in the state folder. So that is what it keeps: whoever took it over could change answers,
/// but start no program, open no connection, and read no other file. Each measure stands for itself:
/// one that the kernel lacks, or a container forbids, leaves the others on.
package struct Confinement {
    /// A measure and what came of it.
    package struct Measure {
        package var name: String
        /// The system's error number; 0: it is on.
        package var failure: CInt

        package init(name: String, failure: CInt) {
            self.name = name
            self.failure = failure
        }
    }

    package private(set) var measures: [Measure] = []

    /// Describes measures that were taken elsewhere.
    package init(measures: [Measure]) { self.measures = measures }

    /// Takes every measure that this machine permits: in the calling thread, and in those that it
    /// starts later.
    ///
    /// - Parameter folder: an open folder below which files can still be read.
    package init(readingBelow folder: CInt) {
        note("no new privileges", sterna_forbid_new_privileges())
        note("no capabilities", sterna_drop_capabilities())
        let version = sterna_restrict_files(folder)
        note(version > 0 ? "Landlock \(version)" : "Landlock", version)
        // The last, since it refuses the calls that the others are made with.
        note("seccomp", sterna_restrict_calls())
    }

    private mutating func note(_ name: String, _ result: CInt) {
        measures.append(Measure(name: name, failure: max(0, -result)))
    }

    /// Whether every measure was taken.
    package var isComplete: Bool { measures.allSatisfy { $0.failure == 0 } }

    /// One line for the log: what is on, and what is not and why.
    package var summary: String {
        let on = measures.filter { $0.failure == 0 }.map(\.name)
        let off = measures.filter { $0.failure != 0 }.map {
            "\($0.name) (\(unsafe String(cString: strerror($0.failure))))"
        }
        let line = on.isEmpty ? "not confined" : "confined: " + on.joined(separator: ", ")
        return off.isEmpty ? line : line + "; not possible here: " + off.joined(separator: ", ")
    }
}
