import Testing

@testable import Puller

@Suite struct GoJSONTests {
    /// Written compactly, in the order that was read.
    @Test(arguments: [
        ("null", "null"), (" [ 1 , -0.5e+10 , true , false ] ", "[1,-0.5e+10,true,false]"),
        (#"{"b":1,"a":{"c":[]},"b":2}"#, #"{"b":1,"a":{"c":[]},"b":2}"#), (#""\u00e9\/""#, #""é/""#),
        ("\"\u{7f}<>&\u{2028}\u{2029}\u{2027}\"", "\"\u{7f}\\u003c\\u003e\\u0026\\u2028\\u2029\u{2027}\""),
    ])
    func writesWhatItReads(input: String, output: String) throws {
        #expect(try String(decoding: GoJSON(parsing: Array(input.utf8)).bytes(), as: UTF8.self) == output)
    }

    @Test func shortEscapesCameWithGo122() throws {
        let json = GoJSON.text("\u{8}\u{c}\u{1}")
        #expect(String(decoding: json.bytes(.go119), as: UTF8.self) == #""\u0008\u000c\u0001""#)
        #expect(String(decoding: json.bytes(.go122), as: UTF8.self) == #""\b\f\u0001""#)
    }

    @Test(arguments: [
        "", " ", "nul", "truex", "[1 2]", "[1,]", "[", "{", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1 \"b\":2}", "1 1",
        "-",
        "+1", "00", "1.", ".1", "1e", "\"", "\"\\", "\"\\u12", "\"\\u+123\"", "\"\u{1}\"", "'a'", "\u{feff}1",
    ])
    func refuses(input: String) {
        #expect {
            _ = try GoJSON(parsing: Array(input.utf8))
        } throws: { error in
            if case .malformed = error as? PullError.Cause { true } else { false }
        }
    }

    @Test func mapsAreSortedByBytes() {
        let names = ["b", "a", "é", "z", "e\u{301}", "B"]
        let map = GoJSON.map(names.map { .init(name: Array($0.utf8), value: .null) })
        let sorted = #"{"B":null,"a":null,"b":null,"e\#u{301}":null,"z":null,"é":null}"#
        #expect(Array(map.bytes()) == Array(sorted.utf8))
    }
}
