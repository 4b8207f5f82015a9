internal import Foundation
struct BinaryEncoder { func encode<T: Encodable>(_ v: T) throws -> [UInt8] { Array(try JSONEncoder().encode(v)) } }
struct BinaryDecoder { func decode<T: Decodable>(_ t: T.Type, from b: [UInt8]) throws -> T { try JSONDecoder().decode(t, from: Data(b)) } }
