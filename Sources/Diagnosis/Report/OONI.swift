internal import LabNet

/// The shapes of OONI's data formats (github.com/ooni/spec, `data-formats`, version 0.2.0), as far as a diagnosis fills
/// them. What the formats do not know has a name that begins with `x_`.
///
/// Properties are written in snake case. Times are seconds; `t0` and `t` count from the measurement's beginning and are
/// left out where nobody noted it.
enum OONI {
    /// A value that is written as `null` where there is none, and not left out.
    struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
        let value: Value?

        init(_ value: Value?) { self.value = value }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if let value { try container.encode(value) } else { try container.encodeNil() }
        }
    }

    /// When a step began and ended.
    struct Times {
        let t0: Double?
        let t: Double?

        /// - Parameter start: from the diagnosis' beginning; nil where nobody noted it.
        init(_ start: Duration?, _ elapsed: Duration) {
            t0 = start.map(seconds)
            t = start.map { seconds($0 + elapsed) }
        }
    }

    /// Seconds to the microsecond.
    static func seconds(_ duration: Duration) -> Double {
        (duration / .microseconds(1)).rounded() / 1_000_000
    }
}
