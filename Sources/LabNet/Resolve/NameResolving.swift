/// Turns names into addresses.
package protocol NameResolving: Sendable {
    /// The candidates for a name, best first; never empty.
    ///
    /// - Throws: `NetworkError` of the step `resolve`; `CancellationError`.
    func candidates(for name: String, observe: Observer) async throws -> [Candidate]
}
