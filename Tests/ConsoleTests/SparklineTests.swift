import Testing

@testable import Console

@Suite struct SparklineTests {
    @Test func `a sparkline shows the last values, and gaps where nothing was known`() {
        // A gap drawn as zero would claim that there was no lag.
        #expect(Sparkline.rates([0, 1, 6, nil, 3], width: 6).plain == " ▁▂▆·▄")
        #expect(Sparkline.rates([1, 2, 3, 4, 5, 6], width: 2).plain == "▅▆")
        #expect(Sparkline.rates([0, 0], width: 2).plain == "▁▁")
        #expect(Sparkline.rates([.nan, .infinity], width: 2).plain == "··")
        #expect(Sparkline.lags([0, 1, 3, nil], width: 4).plain == "▁▂▂·", "a lag of three is not a mountain")
        #expect(Sparkline.lags([300, 600], width: 2).plain == "▂▆")
    }

    @Test func `a large lag that grows is seen to grow`() {
        // Measured from zero, a million records and another fifty thousand would be a flat line.
        let grows = (0..<8).map { Int64?(1_000_000 + $0 * 7_500) }
        #expect(Sparkline.lags(grows, width: 8).plain == "▂▂▃▄▄▅▆▆")
        #expect(Sparkline.lags(grows.reversed(), width: 8).plain == "▆▆▅▄▄▃▂▂")
    }

    @Test func `what hardly changes is flat, and nothing is lower than anything`() {
        // A wobble of three records must not look like a storm; and only zero is level with the ground.
        #expect(Sparkline.lags([1_000_000, 1_000_003, 999_999], width: 3).plain == "▄▄▄")
        #expect(Sparkline.lags([2, 2, 2], width: 3).plain == "▂▂▂")
        #expect(Sparkline.lags([0, 0, 5_000], width: 3).plain == "▁▁▆")
        #expect(Sparkline.lags([4_000, 4_500, 5_000], width: 3).plain == "▂▄▆")
        #expect(Sparkline.lags([nil, nil], width: 3).plain == " ··")
        #expect(Sparkline.lags([.max, 0, .max], width: 3).plain == "▆▁▆")
    }

    @Test func `two minutes fit in eight bars, each the largest of its stretch`() {
        // The last eight seconds of anything are flat.
        let grows = (0..<120).map { Int64?($0 * 100) }
        #expect(Sparkline.lags(grows, width: 8).plain == "▂▂▃▄▄▅▆▆")
        var spike = [Int64?](repeating: 0, count: 120)
        spike[60] = 900
        #expect(Sparkline.lags(spike, width: 8).plain == "▁▁▁▁▆▁▁▁")
        #expect(Sparkline.lags([nil, nil, 7, nil, nil], width: 2).plain == "·▃")
    }
}
