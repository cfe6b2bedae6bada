/// The bytes that a layer inflates to, checked while they pass; how many there are stands nowhere before.
final class VerifiedLayer {
    private let diffID: Digest
    private var digester: Digester
    /// How many bytes have passed.
    private(set) var received: Int64 = 0

    /// Begins with no bytes.
    ///
    /// - Parameter diffID: the digest that the configuration names.
    /// - Throws: `.unsupported` when it cannot be computed.
    init(diffID: Digest) throws(PullError.Cause) {
        self.diffID = diffID
        digester = try Digester.start(diffID.algorithm)
    }

    /// Takes in the next bytes.
    ///
    /// - Throws: `.malformed` for more than can be counted; none of these bytes is then counted.
    func update(_ bytes: UnsafeRawBufferPointer) throws(PullError.Cause) {
        received = try received.plus(Int64(bytes.count))
        digester.update(bytes)
    }

    /// Says that all bytes have come; to be called once.
    ///
    /// - Throws: `.diffIDMismatch`; `.unsupported` when it has ended already.
    func finish() throws(PullError.Cause) {
        let actual = try digester.finalize()
        if actual != diffID { throw .diffIDMismatch(expected: diffID, actual: actual) }
    }
}
