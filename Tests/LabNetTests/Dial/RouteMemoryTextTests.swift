import Testing

@testable import LabNet

/// The form of the memory on a disk: whatever is wrong with it makes all of it void.
@Suite struct RouteMemoryTextTests {
    private static let example: RouteMemory = {
        var memory = RouteMemory()
        let time = RouteMemoryTests.start + .milliseconds(123)
        for (number, strategy) in [.omit, .records, .segments, .recordsAndSegments, .disorder].enumerated()
            as EnumeratedSequence<[ServerNameStrategy]>
        {
            let route = RouteMemoryTests.route(UInt32(number))
            _ = memory.worked(strategy, for: RouteMemoryTests.host, on: route, proof: .whole, now: time)
        }
        let six = Endpoint(address: .v6(high: 0x2001_0DB8 << 32, low: 1), port: 8443)
        let literal = Host.address(six.address)
        _ = memory.worked(.omit, for: literal, on: Route(endpoint: six), proof: .whole, now: time)
        let causes: [NetworkError.Cause] = [
            .resetAfterHello, .silenceAfterHello(.seconds(10)), .reset, .timedOut(.milliseconds(1500)),
        ]
        for (number, cause) in causes.enumerated() {
            let route = RouteMemoryTests.route(UInt32(10 + number))
            let failure = NetworkError(
                step: .secure, host: "a.example", endpoint: route.endpoint, strategy: .recordsAndSegments, cause: cause)
            memory.burn(route, after: failure, now: time)
        }
        return memory
    }()

    @Test func isReadAsItWasWritten() {
        #expect(RouteMemory(text: Self.example.text().utf8) == Self.example)
        #expect(RouteMemory(text: RouteMemory().text().utf8) == RouteMemory())
    }

    @Test func looksLikeThis() {
        var memory = RouteMemory()
        let route = RouteMemoryTests.route(1)
        _ = memory.worked(
            .recordsAndSegments, for: RouteMemoryTests.host, on: route, proof: .whole, now: RouteMemoryTests.start)
        memory.burn(
            route, after: NetworkError(step: .secure, host: "a.example", cause: .resetAfterHello),
            now: RouteMemoryTests.start)
        let lines = memory.text().split(separator: "\n").dropFirst()
        #expect(
            lines == [
                "worked 1700000000000 a.example 192.0.2.1 443 records+segments",
                "burnt 1700000000000 a.example 192.0.2.1 443 plain reset-after-hello",
            ])
    }

    @Test func cutAnywhereItIsVoid() {
        let text = Array(Self.example.text().utf8)
        for count in 0..<text.count { #expect(RouteMemory(text: text.prefix(count)) == nil) }
        #expect(RouteMemory(text: text + [10]) == nil)
        #expect(RouteMemory(text: text + text) == nil)
    }

    @Test func withAnyByteChangedItIsVoid() {
        let text = Array(Self.example.text().utf8)
        for index in text.indices {
            for change in [0x01, 0x10, 0x20, 0x80, 0xFF] as [UInt8] {
                var damaged = text
                damaged[index] ^= change
                #expect(RouteMemory(text: damaged) == nil)
            }
        }
    }

    /// Lines that nobody here has written, under a checksum that is right.
    @Test(arguments: [
        "worked", "\n", " ", "worked 1 a.example 192.0.2.1 443 omit ", "worked 1 a.example 192.0.2.1 443 omit\n",
        "worked  1 a.example 192.0.2.1 443 omit", "Worked 1 a.example 192.0.2.1 443 omit",
        "worked -1 a.example 192.0.2.1 443 omit", "worked +1 a.example 192.0.2.1 443 omit",
        "worked 1.5 a.example 192.0.2.1 443 omit", "worked 1000000000000000 a.example 192.0.2.1 443 omit",
        "worked 99999999999999999999 a.example 192.0.2.1 443 omit", "worked 1 a..example 192.0.2.1 443 omit",
        "worked 1 ../../etc 192.0.2.1 443 omit", "worked 1 a.example 192.0.2.256 443 omit",
        "worked 1 a.example b.example 443 omit", "worked 1 a.example 192.0.2.1 65536 omit",
        "worked 1 a.example 192.0.2.1 -1 omit", "worked 1 a.example 192.0.2.1 443 alter:b",
        "worked 1 a.example 192.0.2.1 443 omit reset", "burnt 1 a.example 192.0.2.1 443 plain",
        "burnt 1 a.example 192.0.2.1 443 plain refused", "burnt 1 a.example 192.0.2.1 443 plain timed-out",
        "burnt 1 a.example 192.0.2.1 443 plain timed-out x", "burnt 1 a.example 192.0.2.1 443 plain reset 1",
        "burnt 1 a.example 192.0.2.1 443 nothing reset", "\u{FEFF}worked 1 a.example 192.0.2.1 443 omit",
        "worked 1 a.example 192.0.2.1 443 omit\r",
    ])
    func lineThatIsWrongMakesAllVoid(_ line: String) {
        let right = "worked 1 b.example 192.0.2.2 443 omit\n"
        #expect(RouteMemory(text: RouteMemory.sealed(right).utf8) != nil)
        #expect(RouteMemory(text: RouteMemory.sealed(right + line + "\n").utf8) == nil)
        #expect(RouteMemory(text: RouteMemory.sealed(line + "\n" + right).utf8) == nil)
    }

    @Test func noiseIsVoid() {
        var random = SystemRandomNumberGenerator()
        for count in 0..<300 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            #expect(RouteMemory(text: bytes) == nil)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(count == 0 || RouteMemory(text: RouteMemory.sealed(text).utf8) == nil)
        }
    }

    @Test func whatHasNoWordIsNotWritten() {
        var memory = RouteMemory()
        let route = RouteMemoryTests.route(1)
        _ = memory.worked(
            .alter("b.example"), for: RouteMemoryTests.host, on: route, proof: .whole, now: RouteMemoryTests.start)
        for (number, failure) in [
            NetworkError(step: .secure, host: "a.example", cause: .alert(40)),
            NetworkError(step: .secure, host: "not a host", cause: .resetAfterHello),
        ].enumerated() {
            memory.burn(RouteMemoryTests.route(UInt32(number)), after: failure, now: RouteMemoryTests.start)
        }
        #expect(memory.text() == RouteMemory().text())
    }
}
