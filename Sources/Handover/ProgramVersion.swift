/// The version of both programs; a control process replaces an answering one of another version.
package enum ProgramVersion {
    package static let current = "0.1.0"
}
