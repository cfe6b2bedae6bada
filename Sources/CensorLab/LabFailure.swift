/// Why a lab cannot be built on this machine.
package struct LabFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason in English.
    package var description: String

    /// Gives the reason.
    package init(_ description: String) { self.description = description }
}
