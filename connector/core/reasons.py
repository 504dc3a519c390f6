"""Why something was stopped, skipped or doubted, as codes. `connector.texts` says each one in Portuguese."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A cause that a person may have to act on."""

    # the ERP account
    TOKEN_MISSING = "token_missing"
    TOKEN_REJECTED = "token_rejected"
    PLAN_WITHOUT_API = "plan_without_api"
    API_BLOCKED = "api_blocked"
    COMPANY_BLOCKED = "company_blocked"
    STORAGE_FULL = "storage_full"
    NO_ERP_YET = "no_erp_yet"
    DEPOT_UNKNOWN = "depot_unknown"
    # the shop
    SHOP_TOKEN_REVOKED = "shop_token_revoked"
    SHOP_SUSPENDED = "shop_suspended"
    SHOP_CLOSED = "shop_closed"
    SHOP_FORBIDDEN = "shop_forbidden"
    SHOP_REFUSED = "shop_refused"
    # passing trouble
    ERP_UNREACHABLE = "erp_unreachable"
    ERP_BUSY = "erp_busy"
    ERP_TROUBLE = "erp_trouble"
    SHOP_UNREACHABLE = "shop_unreachable"
    SHOP_BUSY = "shop_busy"
    SHOP_TROUBLE = "shop_trouble"
    # something only an engineer can mend
    ERP_CONTRACT = "erp_contract"
    SHOP_CONTRACT = "shop_contract"
    INTERNAL = "internal"
    ERP_REFUSED = "erp_refused"
    # messages of the ERP that change nothing
    MESSAGE_UNREADABLE = "message_unreadable"
    MESSAGE_FOREIGN = "message_foreign"
    MESSAGE_UNKNOWN_KIND = "message_unknown_kind"
    NOT_LINKED = "not_linked"
    FEED_ANSWER_LOST = "feed_answer_lost"
    MAPPING_MISTAKE = "mapping_mistake"
    # orders that wait for a person or for an event
    ORDER_UNKNOWN_CODE = "order_unknown_code"
    ORDER_MONEY = "order_money"
    ORDER_REFUSED = "order_refused"
    ORDER_NUMBER_TAKEN = "order_number_taken"
    ORDER_IN_DOUBT = "order_in_doubt"
    ORDER_CONFLICT = "order_conflict"
    ORDER_DOCUMENT = "order_document"
    # orders that are in the ERP, and of which a person should know something
    ORDER_DOUBLED = "order_doubled"
    ORDER_EDITED = "order_edited"
    ORDER_TEXT_CUT = "order_text_cut"
    ORDER_NO_ANSWER = "order_no_answer"
    INVOICE_PENDING = "invoice_pending"
    INVOICE_INVALID = "invoice_invalid"
    INVOICE_SECOND = "invoice_second"
    # products that are not written
    NO_CODE = "no_code"
    BAD_CODE = "bad_code"
    NO_NAME = "no_name"
    NO_PRICE = "no_price"
    BAD_PRICE = "bad_price"
    INACTIVE = "inactive"
    SERVICE = "service"
    GONE = "gone"
    DUPLICATE_CODE = "duplicate_code"
    CODE_IS_VARIANT = "code_is_variant"
    DELETED_IN_SHOP = "deleted_in_shop"
    NO_VARIATIONS = "no_variations"
    TOO_MANY_AXES = "too_many_axes"
    TOO_MANY_VARIATIONS = "too_many_variations"
    AXES_DISAGREE = "axes_disagree"
    SAME_OPTIONS = "same_options"
    # products written with something left out
    GTIN_INVALID = "gtin_invalid"
    NCM_INVALID = "ncm_invalid"
    MEASURE_INVALID = "measure_invalid"
    ATTACHMENT_NOT_IMAGE = "attachment_not_image"
    TOO_MANY_IMAGES = "too_many_images"
    TEXT_CUT = "text_cut"
    CATEGORY_CUT = "category_cut"
    ADDRESS_INVALID = "address_invalid"
    VARIATION_WITHOUT_CODE = "variation_without_code"
