extension Array where Element == UInt8 {
    /// As `withUnsafeBytes`, with the error's type kept.
    func withTypedBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let outcome = withUnsafeBytes { bytes in Result { () throws(Failure) in try body(bytes) } }
        return try outcome.get()
    }
}
