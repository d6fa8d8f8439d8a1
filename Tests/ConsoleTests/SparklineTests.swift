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
        #expect(Sparkline.lags([300, 600], width: 2).plain == "▄▆")
    }
}
