import Testing

@testable import KafkaCluster

@Suite struct FiguresTests {
    @Test func `numbers are grouped by thousands`() {
        // Offsets have eight digits within a day.
        #expect(
            [0, 12, 999, 1000, 1_234_567, -45_678].map { Figures.count(Int64($0)) }
                == ["0", "12", "999", "1,000", "1,234,567", "-45,678"])
        #expect(Figures.count(Int64.min) == "-9,223,372,036,854,775,808")
    }

    @Test func `rates, sizes and times have about three digits`() {
        // More are noise.
        #expect([0, 0.04, 0.44, 9.94, 9.96, 12_345.6].map(Figures.rate) == ["0", "0.0", "0.4", "9.9", "10", "12,346"])
        #expect(Figures.rate(.infinity) == Figures.unknown)
        #expect(
            [0, 1023, 1024, 1536, 10_240, 1_048_575, 5_000_000_000].map { Figures.bytes(Int64($0)) }
                == ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "10 KiB", "1.0 MiB", "4.7 GiB"])
        #expect(
            [0, 999, 2340, 45_000, 999_600, 12_000_000].map { Figures.latency(microseconds: Int64($0)) }
                == ["0 µs", "999 µs", "2.3 ms", "45 ms", "1.0 s", "12.0 s"])
        #expect(Figures.bytes(Int64.max).hasSuffix("TiB"))
    }

    @Test func `a wall clock reading is a date, and back`() {
        // Without Foundation: leap years, time zones and times before 1970 by arithmetic.
        #expect(WallClock.dateAndTime(1_795_269_753_120) == "2026-11-21 14:02:33.120")
        #expect(WallClock.dateAndTime(951_782_400_000) == "2000-02-29 00:00:00.000")
        #expect(WallClock.dateAndTime(-1) == "1969-12-31 23:59:59.999")
        #expect(WallClock.dateAndTime(1_795_269_753_120, offsetSeconds: -34_200) == "2026-11-21 04:32:33.120")
        #expect(WallClock.zone(offsetSeconds: 7200) == "UTC+02:00")
        #expect(WallClock.time(Int64.max) == "9223372036854775807")
        for day in stride(from: Int64(-40_000), to: 80_000, by: 17) {
            let text = WallClock.dateAndTime(day * 86_400_000 + 3_661_007)
            #expect(WallClock.parse(text, now: 0) == day * 86_400_000 + 3_661_007, "\(text)")
        }
    }

    @Test func `times are typed as people write them`() {
        // A time alone is today's.
        let now: Int64 = 1_795_269_753_120
        let midnight: Int64 = 1_795_219_200_000
        #expect(WallClock.parse("14:02", now: now) == midnight + 50_520_000)
        #expect(WallClock.parse("14:02:33.12", now: now) == now)
        #expect(WallClock.parse("2026-11-21", now: 0) == midnight)
        #expect(WallClock.parse("2026-11-21T14:02", now: 0) == midnight + 50_520_000)
        #expect(WallClock.parse("16:02", now: now, offsetSeconds: 7200) == midnight + 50_520_000)
        #expect(WallClock.parse("1795269753120", now: 0) == now)
        #expect(WallClock.parse("now", now: now) == now)
        #expect(WallClock.parse("-10m", now: now) == now - 600_000)
        #expect(WallClock.parse("-1h30m", now: now) == now - 5_400_000)
        #expect(WallClock.parse("-250ms", now: now) == now - 250)
        for zoned in [
            "2026-11-21T14:02:33.120Z", "2026-11-21T16:02:33.120+02:00", "2026-11-21 09:02:33.12-0500",
            "2026-11-21T19:32:33.120+05:30", "14:02:33.120Z", "16:02:33.120+02",
        ] {
            // A zone that is named wins over that of the screen.
            #expect(WallClock.parse(zoned, now: now, offsetSeconds: 3600) == now, "\(zoned)")
        }
        for wrong in ["-10", "-m", "-10y", "-99999999999999w", "14:02+2", "14:02:33+99:00"] {
            #expect(WallClock.parse(wrong, now: now) == nil, "\(wrong)")
        }
        for wrong in ["", "25:00", "14", "14:60", "2026-13-01", "2026-11-21 nine", "-", "1:2:3:4", "14:02.33.1"] {
            #expect(WallClock.parse(wrong, now: now) == nil, "\(wrong)")
        }
    }
}
