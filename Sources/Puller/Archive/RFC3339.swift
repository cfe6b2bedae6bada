/// Times as people and programs write them: `2026-01-31T12:00:00Z`.
package enum RFC3339 {
    /// Seconds since 1970, a fraction left out; nil for what is no time.
    package static func secondsSince1970(_ text: String) -> Int64? { GoTime(Array(text.utf8))?.seconds }
}
