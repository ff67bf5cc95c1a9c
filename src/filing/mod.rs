//! What a filing is and how it moves: the pure core.
//!
//! Nothing here looks at a clock, a file, the network, the environment or a terminal:
//! values come in, values go out.
//!
//! - What there is: an [`order`] of a [`kind`], about the [`facts`] of a subject and its services, kept
//!   as a [`tree`] of fields; the [`portfolio`] of all that is filed, and the [`record`] of what was
//!   written down about a subject beside its orders. A service has its [`place`] in an order.
//! - How an order moves: a [`status`] and an [`event`] come in, and the [`machine`] alone says what
//!   comes of them, or a [`refusal`]. [`standing`] folds a history; [`signatory`] says who must answer
//!   the SMS, [`approval`] what an approval brings, [`settle`] what evidence settles, [`rebase`] what a
//!   change that waited comes to.
//! - What forbids it: the [`guard`], by an [`obstacle`].
//! - What it does: its [`impact`], and that of several orders [`together`].
//! - Until when: an [`instant`], a [`moment`] as it is typed, the [`calendar`] of working days, a
//!   [`limit`], and the [`deadline`] of a standing.
//! - What is owed besides: a [`notice`], the [`demand`] of an interface that becomes one, a [`duty`].
//! - What differs, which is data: the [`profile`] of a provider and how it is [`spoken`] of, a
//!   [`province`] and its [`particulars`], the [`guide`] through a console, the [`pack`] of papers.
//! - What the world says: [`evidence`].
//! - What names things: a filing [`number`], an [`identity`] number, a [`host`], an [`address`], and the
//!   [`named`] values of a closed vocabulary.
//!
//! One word for one thing, in code, commands and JSON:
//!
//! | 中文 | word | |
//! |---|---|---|
//! | 主体 | subject | the person or organisation that holds a subject number |
//! | 互联网信息服务 | service | a site, app, mini-program or quick app; each has a number under its subject |
//! | 接入 | access | which provider a service is hosted at; it may have several |
//! | 接入商 | provider | who one files through |
//! | 管局 | bureau | the province's communications administration, which approves |
//! | 主体负责人、服务负责人 | responsible person | of the subject, of a service |
//! | 备案号 | filing number | a subject number or a service number |
//! | 备案订单 | order | one application, of one of six kinds |
//! | 初审 | provider review | before the bureau sees it |
//! | 短信核验 | SMS verification | by the persons, within a window of hours |
//! | 真实性核验 | face verification | of a service's responsible person |
//! | 驳回 | rejection | by the provider or by the bureau |
//! | 撤回 | withdraw | take back to draft |
//! | 放弃 | abandon | discard an order; what is filed stays |
//! | 注销 | cancel | end a filing, or with 取消接入 an access |
//! | 空壳主体 | empty-shell subject | a number with no service and no access |
//! | 整改通知 | rectification notice | what a provider finds wrong with a filing |
//! | 备案授权码 | filing authorisation code | stands for a resource |

pub mod address;
pub mod approval;
pub mod calendar;
pub mod deadline;
pub mod demand;
pub mod duty;
pub mod event;
pub mod evidence;
pub mod facts;
pub mod guard;
pub mod guide;
pub mod host;
pub mod identity;
pub mod impact;
pub mod instant;
pub mod kind;
pub mod limit;
pub mod machine;
pub mod moment;
pub mod named;
pub mod notice;
pub mod number;
pub mod obstacle;
pub mod order;
pub mod pack;
pub mod particulars;
pub mod place;
pub mod portfolio;
pub mod profile;
pub mod province;
pub mod rebase;
pub mod record;
pub mod refusal;
pub mod settle;
pub mod signatory;
pub mod spoken;
pub mod standing;
pub mod status;
pub mod together;
pub mod tree;
