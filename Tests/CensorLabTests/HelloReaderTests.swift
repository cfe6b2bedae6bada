import Testing

@testable import CensorLab

struct HelloReaderTests {
    private static let both: [Reading.Reader] = [.segments, .records]
    private static let hello = Hello.bytes(name: "Registry.Lab.Example")

    @Test(arguments: both) func readsTheName(reader: Reading.Reader) {
        #expect(HelloReader(reader: reader).read(Self.hello) == .name("registry.lab.example"))
    }

    @Test(arguments: both) func waitsForTheRestOfARecord(reader: Reading.Reader) {
        for count in 0..<Self.hello.count {
            #expect(HelloReader(reader: reader).read(Self.hello.prefix(count)) == nil, "\(count) bytes")
        }
    }

    @Test(arguments: both) func namelessIsNotUnreadable(reader: Reading.Reader) {
        let reader = HelloReader(reader: reader)
        #expect(reader.read(Hello.bytes(name: nil)) == .nameless)
        #expect(reader.read(Hello.bytes(name: nil, before: [0, 43, 0, 3, 2, 3, 4])) == .nameless)
        #expect(reader.read(Hello.record(Hello.message(extensions: nil))) == .nameless)
    }

    @Test func recordsAreOnlyPutTogetherByTheReaderOfRecords() {
        let end = Self.hello.count - 5
        for cut in 1..<end {
            let bytes = Hello.cut(Self.hello, after: cut)
            #expect(HelloReader(reader: .records).read(bytes) == .name("registry.lab.example"), "cut after \(cut)")
            #expect(HelloReader(reader: .segments).read(bytes) == .unreadable, "cut after \(cut)")
        }
        // Behind the name there is nothing that a censor needs: cut there, the name is read all the same.
        let long = Hello.bytes(name: "registry.lab.example", after: [0, 43, 0, 3, 2, 3, 4])
        #expect(HelloReader(reader: .segments).read(Hello.cut(long, after: end)) == .name("registry.lab.example"))
        #expect(HelloReader(reader: .segments).read(Hello.cut(long, after: end - 1)) == .unreadable)
    }

    @Test(arguments: both) func otherProtocolsAreUnreadable(reader: Reading.Reader) {
        let reader = HelloReader(reader: reader)
        #expect(reader.read(Array("GET / HTTP/1.1\r\n\r\n".utf8)) == .unreadable)
        #expect(reader.read([22, 3, 1, 0, 0]) == .unreadable)
        #expect(reader.read([22, 3, 1, 0, 4, 2, 0, 0, 0]) == .unreadable)
        #expect(reader.read([UInt8](repeating: 22, count: 6)) == .unreadable)
    }

    @Test(arguments: both) func noMutationIsTakenForMoreThanItSays(reader: Reading.Reader) {
        var generator = SplitMix(state: 11)
        for _ in 0..<20_000 {
            var bytes = Self.hello
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            if case .name(let name) = HelloReader(reader: reader).read(bytes) {
                #expect(name.utf8.count <= bytes.count * 3)
            }
        }
    }
}
