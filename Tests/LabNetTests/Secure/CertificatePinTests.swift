import LabNet
import Testing

@Suite struct CertificatePinTests {
    private static let digits = String(repeating: "0fA9", count: 16)
    private static let colons = Array(repeating: "0F:a9", count: 16).joined(separator: ":")

    @Test(arguments: [
        ("registry.example=sha256:\(digits)", "registry.example"),
        ("Registry.Example:5000=SHA256:\(digits)", "registry.example:5000"),
        ("localhost:5000=sha256:\(colons)", "localhost:5000"),
        ("192.0.2.1:443=sha256:\(digits)", "192.0.2.1:443"),
        ("[2001:db8::1]:5000=sha256:\(digits)", "[2001:db8::1]:5000"),
        ("[2001:db8::1]=sha256:\(digits)", "[2001:db8::1]"),
        ("2001:DB8::1=sha256:\(digits)", "[2001:db8::1]"),
    ])
    func reads(_ text: String, _ key: String) throws {
        let pin = try CertificatePin(text)
        #expect(pin.key == key)
        #expect(pin.digest.prefix(2) == [0x0F, 0xA9] && pin.digest.count == 32)
    }

    @Test(arguments: [
        ("", CertificatePin.ParseError.form("")),
        ("registry.example", .form("registry.example")),
        ("registry.example=md5:00", .form("registry.example=md5:00")),
        ("registry.example=sha256:", .digest("sha256:")),
        ("registry.example=sha256:00", .digest("sha256:00")),
        ("registry.example=sha256:\(digits)0", .digest("sha256:\(digits)0")),
        ("registry.example=sha256:\(digits.dropLast())g", .digest("sha256:\(digits.dropLast())g")),
        ("registry.example=sha256:\(digits.dropLast())é", .digest("sha256:\(digits.dropLast())é")),
        ("registry.example=sha256:\(colons):", .digest("sha256:\(colons):")),
        ("=sha256:\(digits)", .host("")),
        ("a b=sha256:\(digits)", .host("a b")),
        ("registry.example:=sha256:\(digits)", .port("")),
        ("registry.example:0=sha256:\(digits)", .port("0")),
        ("registry.example:+80=sha256:\(digits)", .port("+80")),
        ("registry.example:65536=sha256:\(digits)", .port("65536")),
    ])
    func refuses(_ text: String, _ error: CertificatePin.ParseError) {
        #expect(throws: error) { try CertificatePin(text) }
    }
}
