import Testing

@testable import Console

/// `.proto` files and what protoc 3.21.12 wrote by them: `protoc --encode=shop.Order order.proto < order.txt | xxd -p`,
/// with all that the expected JSON tells typed into the text.
enum ProtobufVectors {
    static let files = ["order.proto": order, "money.proto": money, "old.proto": old]

    static func schema(_ file: String, _ message: String? = nil) throws -> ProtobufSchema {
        try ProtobufSchema(file: file, message: message) { files[$0] }
    }

    static func schema(text: String, _ message: String? = nil) throws -> ProtobufSchema {
        try ProtobufSchema(file: "a.proto", message: message) { $0 == "a.proto" ? text : nil }
    }

    static func bytes(_ digits: String) -> [UInt8] {
        let digits = Array(digits)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    static let orderBytes = bytes(
        "0811120668c3a96c6c6f180122100a03412d3110feffffffffffffffff012204100318022a050a017810072a040a0010"
            + "00321008ffffffffffffffffff0112030a01423a0d01ac02ffffffffffffffffff014005400652080a0345555210ab02"
            + "590000000000e05840650000c03f6dffffffff7101000000000000007dfbffffff8101faffffffffffffff88010d9001"
            + "80d0acf30e9801ffffffffffffffffff01a00101aa0102ff00b2010b08f9eb8bd80610809c9c39ba011608ffffffffff"
            + "ffffffff011080b6ca91feffffffff01c201030a016eca012f0a1a0a0161121532130a0911000000000000f83f0a0208"
            + "000a0220010a110a0162120c2a0a0a080a016312031a0164d201280a1e747970652e676f6f676c65617069732e636f6d"
            + "2f73686f702e4f7468657212060a0468656c64da010f0a0269640a096c696e65732e736b75e20100ea0100f2010b00ff"
            + "ffffffffffffffff01fa01050801120170")
    static let oldBytes = bytes(
        "08051201741b22036f6e652b30012c1c1b220374776f1c3b08093c42020102480348045b08085ca0060caa06026e6eb3"
            + "060803b406")

    static let money = """
        syntax = "proto3";
        package shop.common;
        message Money { string currency = 1; sint64 cents = 2; }
        """
    static let order = """
        // What a shop sells.
        syntax = "proto3";
        package shop;

        import "money.proto";
        import public "google/protobuf/timestamp.proto";
        import "google/protobuf/duration.proto";
        import "google/protobuf/wrappers.proto";
        import "google/protobuf/struct.proto";
        import "google/protobuf/any.proto";
        import "google/protobuf/field_mask.proto";
        import "google/protobuf/empty.proto";
        option java_package = "org.shop";

        /* An order, of several lines. */
        message Order {
          option deprecated = true;
          reserved 100 to 200, 300 to max;
          reserved "old", "older";
          int64 id = 1;
          string note = 2 [json_name = "remark", deprecated = true];
          State state = 3;
          repeated Line lines = 4;
          map<string, int32> stock = 5;
          map<int32, Line> by_number = 6;
          repeated int32 packed = 7;
          repeated int32 single = 8 [packed = false];
          oneof payment {
            string card = 9;
            common.Money cash = 10;
          }
          double rate = 11;
          float share = 12;
          fixed32 f32 = 13;
          fixed64 f64 = 14;
          sfixed32 sf32 = 15;
          sfixed64 sf64 = 16;
          sint32 s32 = 17;
          uint32 u32 = 18;
          uint64 u64 = 19;
          bool paid = 20;
          bytes raw = 21;
          google.protobuf.Timestamp at = 22;
          google.protobuf.Duration took = 23;
          google.protobuf.StringValue name = 24;
          google.protobuf.Struct extra = 25;
          google.protobuf.Any any = 26;
          google.protobuf.FieldMask mask = 27;
          google.protobuf.Empty empty = 28;
          google.protobuf.Int64Value zero = 29;
          repeated State states = 30;
          optional Order parent = 31;
          message Line {
            string sku = 1;
            int32 n = 2;
            enum Size { SMALL = 0; LARGE = 0x2; }
            Size size = 3;
          }
          enum State {
            option allow_alias = true;
            reserved 5 to 7;
            NEW = 0;
            PAID = 1;
            SETTLED = 1;
            LOST = -1 [deprecated = true];
          }
        }
        service Orders { rpc Put(Order) returns (google.protobuf.Empty) {} }
        message Other { string text = 1; message Inner { bool yes = 1; } }
        """
    static let old = """
        syntax = "proto2";
        message Old {
          required int32 a = 1 [default = 41];
          optional string b = 2 [default = "x;}"];
          repeated group Item = 3 {
            optional string name = 4;
            optional group Deep = 5 { optional bool yes = 6; }
          }
          optional group Lone = 7 { optional int32 n = 1; }
          repeated int32 packed = 8 [packed = true];
          repeated int32 single = 9;
          extensions 100 to 199;
          extend Old { optional string nick = 101; }
          oneof pick { int32 x = 10; group Y = 11 { optional int32 z = 1; } }
        }
        extend Old { optional int32 more = 100; optional group Bag = 102 { optional int32 k = 1; } }
        """
}
