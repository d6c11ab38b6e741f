"""What values, columns and the segments of the demonstration are called in English."""

from __future__ import annotations

from profilegraph.rendering.languages.english.filters import FILTERS
from profilegraph.rendering.wording.names import (
    ColumnWording,
    CustomerColumns,
    CustomerNames,
    DemoWording,
    FaultAdvice,
    FaultNames,
    IdentityNames,
    NameWording,
    NoticeNames,
    PersonColumns,
    SegmentKindNames,
    SegmentStateNames,
    SignInWording,
    SourceNames,
)

NAMES = NameWording(
    sources=SourceNames(manual="hand", rule="a rule", import_="an import", model="a model"),
    source_labels=SourceNames(manual="By hand", rule="Rule", import_="Import", model="Model"),
    customers=CustomerNames(company="Company", person="Person"),
    identities=IdentityNames(
        phone="Phone",
        email="E-mail",
        wecom_external_user="WeCom external contact",
        wechat_openid="WeChat OpenID",
        wechat_unionid="WeChat UnionID",
        unified_social_credit_code="Unified social credit code",
        website="Website",
        device="Device",
        crm="CRM number",
        other="Other",
    ),
    segment_kinds=SegmentKindNames(dynamic="Dynamic", static="Static", snapshot="Snapshot"),
    segment_states=SegmentStateNames(draft="Draft", active="Active", archived="Archived"),
    notices=NoticeNames(
        customers_saved_later="customers",
        people_saved_later="decision-makers",
        opportunities_saved_later="opportunities",
    ),
    faults=FaultNames(
        dimension_missing="the dimension {0!r} is in no taxonomy any more",
        tag_missing="the tag {0!r} is in no taxonomy any more",
        attribute_missing="the attribute {0!r} is in no taxonomy any more",
        metric_missing="the metric {0!r} is in no taxonomy any more",
        event_type_missing="the event type {0!r} is in no taxonomy any more",
        segment_missing="the segment {0!r} is not there any more",
        not_ordered="the dimension {0!r} is not ordered any more, so above and below mean nothing"
        " in it",
        other_type="the attribute {0!r} is of another type now and cannot be compared so",
        amount="an amount cannot be kept as it is",
        circle="segments refer to one another in a circle",
        too_large="with the segments that it refers to, the filter is too large",
    ),
    advice=FaultAdvice(
        save_anew="Save a new version of the segment without this condition, or with another.",
        bring_back="Load a taxonomy that has it, and the segment mends itself; or save a new"
        " version of the segment without this condition.",
        save_again="Save a segment under that key again, or a new version of this one without the"
        " condition.",
    ),
    values=FILTERS.values,
)

COLUMNS = ColumnWording(
    of_customer="Customer: {}",
    customer=CustomerColumns(
        key="Key",
        name="Name",
        kind="Kind",
        created_at="Created",
        owners="Owners",
        channels="Channels",
        consents="Consents",
        identities=IdentityNames(
            phone="Phone",
            email="E-mail",
            wecom_external_user="WeCom contact",
            wechat_openid="WeChat open id",
            wechat_unionid="WeChat union id",
            unified_social_credit_code="Unified social credit code",
            website="Website",
            device="Device",
            crm="CRM id",
            other="Other identity",
        ),
    ),
    person=PersonColumns(
        key="Key",
        name="Name",
        title="Title",
        role="Role",
        influence="Influence",
        stance="Stance",
        department="Department",
        superior="Superior",
    ),
)

DEMO = DemoWording(
    loyal_customers="Loyal customers",
    big_spenders_to_win_back="Big spenders to win back",
    one_time_buyers="One large purchase, then silence",
)

SIGN_IN = SignInWording(
    title="Sign in",
    link="This link signs you in, once.",
    sign_in="Sign in",
    provider="Sign in with your organisation",
    ask="Ask an administrator for a sign-in link.",
    signed_in="You are signed in.",
    go_on="Continue",
    link_over="This link was used already, or is expired. Ask an administrator for another one.",
    too_many="Too many attempts. Try again in a minute.",
    refused="You cannot be signed in. Ask an administrator; the log says why.",
    insecure="Signing in needs HTTPS. Ask whoever runs the deployment.",
    other_site="The request comes from another site. Open the link again, and use its button.",
)
