/// Durations as tables show them: two or three digits and the unit (`8.2 ms`, `148 ms`, `1.5 s`, `143 s`).
func brief(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    if milliseconds < 9.95 { return "\(tenths(milliseconds)) ms" }
    if milliseconds < 999.5 { return "\(Int64(milliseconds.rounded())) ms" }
    let seconds = milliseconds / 1000
    return seconds < 9.95 ? "\(tenths(seconds)) s" : "\(Int64(seconds.rounded())) s"
}

private func tenths(_ number: Double) -> String {
    let tenths = Int64((number * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
}
