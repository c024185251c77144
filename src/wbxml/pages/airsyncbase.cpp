#include "wbxml/pages/airsyncbase.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::airsyncbase {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {BodyPreference, "BodyPreference", Content::container, 120},
    {Type, "Type", Content::text, 120},
    {TruncationSize, "TruncationSize", Content::text, 120},
    {AllOrNone, "AllOrNone", Content::text, 120},
    {Body, "Body", Content::container, 120},
    {Data, "Data", Content::text, 120},
    {EstimatedDataSize, "EstimatedDataSize", Content::text, 120},
    {Truncated, "Truncated", Content::text, 120},
    {Attachments, "Attachments", Content::container, 120},
    {Attachment, "Attachment", Content::container, 120},
    {DisplayName, "DisplayName", Content::text, 120},
    {FileReference, "FileReference", Content::text, 120},
    {Method, "Method", Content::text, 120},
    {ContentId, "ContentId", Content::text, 120},
    {ContentLocation, "ContentLocation", Content::text, 120},
    {IsInline, "IsInline", Content::mixed, 120},  // bool in Attachment; empty in Add
    {NativeBodyType, "NativeBodyType", Content::text, 120},
    {ContentType, "ContentType", Content::text, 120},
    {Preview, "Preview", Content::mixed, 140},  // int 0-255 in preferences; string in Body/BodyPart
    {BodyPartPreference, "BodyPartPreference", Content::container, 141},
    {BodyPart, "BodyPart", Content::container, 141},
    {Status, "Status", Content::text, 141},
    {Add, "Add", Content::container, 160},
    {Delete, "Delete", Content::container, 160},
    {ClientId, "ClientId", Content::text, 160},
    {Content, "Content", Content::opaque, 160},
    {Location, "Location", Content::container, 160},
    {Annotation, "Annotation", Content::text, 160},
    {Street, "Street", Content::text, 160},
    {City, "City", Content::text, 160},
    {State, "State", Content::text, 160},
    {Country, "Country", Content::text, 160},
    {PostalCode, "PostalCode", Content::text, 160},
    {Latitude, "Latitude", Content::text, 160},
    {Longitude, "Longitude", Content::text, 160},
    {Accuracy, "Accuracy", Content::text, 160},
    {Altitude, "Altitude", Content::text, 160},
    {AltitudeAccuracy, "AltitudeAccuracy", Content::text, 160},
    {LocationUri, "LocationUri", Content::text, 160},
    {InstanceId, "InstanceId", Content::text, 160},
});
static_assert(well_formed(rows, 17));

}  // namespace

constinit const Page page = make_page(17, "AirSyncBase", rows);

}  // namespace godwit::wbxml::airsyncbase
