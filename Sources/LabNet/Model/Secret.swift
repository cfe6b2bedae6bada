/// A password, a token, or a header that holds one. It prints as dots, so that no log and no error can carry it.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Wraps the secret.
    public init(_ value: String) { self.value = value }

    /// The secret itself, for the one place that puts it on the wire.
    public func reveal() -> String { value }

    /// Dots.
    public var description: String { "•••" }
    /// Dots.
    public var debugDescription: String { description }
    /// Nothing, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
