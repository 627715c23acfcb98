//! The operations of the service as methods, except for the fetches of tokens.

use serde::Serialize;

use crate::client::handle::Client;
use crate::error::Error;
use crate::model::{Application, BatchFailure, Template, TokenUpload};
use crate::request::{Argument, Arguments, operation};
use crate::secret::{Secret, WipedBuffer};

impl Client {
    /// Deletes the token with this id. The access token stays valid at the third party until it expires.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind) except [`TokenNotFound`](crate::ErrorKind::TokenNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// client.delete_token("token-id").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_token(&self, token_id: impl Into<String>) -> Result<(), Error> {
        let arguments = Arguments::default().with("token_id", token_id.into());
        self.call(&operation::DELETE_TOKEN, arguments, None).await.map(drop)
    }

    /// Deletes the tokens of a user for an app. With only a user or only an app, it deletes all tokens of that user or app.
    ///
    /// # Errors
    /// Like [`Client::delete_token`]. If both are `None`, the kind is
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// client.delete_user_tokens(Some("google-calendar"), Some("user-id")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_user_tokens(&self, app_id: Option<&str>, user_id: Option<&str>) -> Result<(), Error> {
        let arguments = Arguments::default().with("app_id", app_id).with("user_id", user_id);
        self.call(&operation::DELETE_USER_TOKENS, arguments, None).await.map(drop)
    }

    /// Lists the ids of the apps that a user has a token for. Pass a `tenant_id` for the tokens
    /// that are bound to that tenant.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let app_ids = client.list_apps_with_user_token("user-id", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_apps_with_user_token(
        &self,
        user_id: impl Into<String>,
        tenant_id: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let arguments = Arguments::default().with("user_id", user_id.into()).with("tenant_id", tenant_id);
        self.call(&operation::LIST_APPS_WITH_USER_TOKEN, arguments, None).await?.list("appIds")
    }

    /// Stores a user's API key for an app. A `tenant_id` binds it to that tenant.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// client.upload_user_api_key("weather", "user-id", "made-up-api-key", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload_user_api_key(
        &self,
        app_id: impl Into<String>,
        user_id: impl Into<String>,
        api_key: impl Into<Secret>,
        tenant_id: Option<&str>,
    ) -> Result<(), Error> {
        let arguments = Arguments::of(app_id, "user_id", user_id)
            .with("api_key", api_key.into())
            .with("tenant_id", tenant_id);
        self.call(&operation::UPLOAD_USER_API_KEY, arguments, None).await.map(drop)
    }

    /// Stores a tenant's API key for an app.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// client.upload_tenant_api_key("weather", "tenant-id", "made-up-api-key").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload_tenant_api_key(
        &self,
        app_id: impl Into<String>,
        tenant_id: impl Into<String>,
        api_key: impl Into<Secret>,
    ) -> Result<(), Error> {
        let arguments = Arguments::of(app_id, "tenant_id", tenant_id).with("api_key", api_key.into());
        self.call(&operation::UPLOAD_TENANT_API_KEY, arguments, None).await.map(drop)
    }

    /// Stores a user's OAuth token. The service refreshes it if it has a refresh token.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::TokenUpload;
    ///
    /// let upload = TokenUpload {
    ///     refresh_token: Some("made-up-refresh".into()),
    ///     ..TokenUpload::of_user("google-calendar", "user-id")
    /// };
    /// client.upload_user_token(&upload).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload_user_token(&self, upload: &TokenUpload) -> Result<(), Error> {
        self.call(&operation::UPLOAD_USER_TOKEN, members_of(upload)?, None).await.map(drop)
    }

    /// Stores a tenant's OAuth token. The service refreshes it if it has a refresh token.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::TokenUpload;
    ///
    /// let upload = TokenUpload {
    ///     access_token: Some("made-up-access".into()),
    ///     ..TokenUpload::of_tenant("google-calendar", "tenant-id")
    /// };
    /// client.upload_tenant_token(&upload).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload_tenant_token(&self, upload: &TokenUpload) -> Result<(), Error> {
        self.call(&operation::UPLOAD_TENANT_TOKEN, members_of(upload)?, None).await.map(drop)
    }

    /// Stores OAuth tokens of several users, and returns the failures. If one fails, the service stores none of them.
    ///
    /// # Errors
    /// Like [`Client::delete_token`]. For an empty batch, the kind is
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::TokenUpload;
    ///
    /// let uploads = ["ada", "grace"].map(|user_id| TokenUpload {
    ///     refresh_token: Some("made-up-refresh".into()),
    ///     ..TokenUpload::of_user("google-calendar", user_id)
    /// });
    /// for failure in client.batch_upload_user_tokens(&uploads).await? {
    ///     println!("{}: {}", failure.user_id, failure.reason);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn batch_upload_user_tokens(
        &self,
        uploads: &[TokenUpload],
    ) -> Result<Vec<BatchFailure>, Error> {
        let arguments = Arguments::default().with("tokens", argument_of(uploads)?);
        self.call(&operation::BATCH_UPLOAD_USER_TOKENS, arguments, None).await?.list("failures")
    }

    /// Stores OAuth tokens of several tenants, like [`Client::batch_upload_user_tokens`].
    ///
    /// # Errors
    /// Like [`Client::batch_upload_user_tokens`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::TokenUpload;
    ///
    /// let upload = TokenUpload {
    ///     refresh_token: Some("made-up-refresh".into()),
    ///     ..TokenUpload::of_tenant("google-calendar", "tenant-id")
    /// };
    /// let failures = client.batch_upload_tenant_tokens(&[upload]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn batch_upload_tenant_tokens(
        &self,
        uploads: &[TokenUpload],
    ) -> Result<Vec<BatchFailure>, Error> {
        let arguments = Arguments::default().with("tokens", argument_of(uploads)?);
        self.call(&operation::BATCH_UPLOAD_TENANT_TOKENS, arguments, None).await?.list("failures")
    }

    /// Creates an outbound app. Without an id, the service chooses one.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::Application;
    ///
    /// let created = client.create_application(&Application::named("Google Calendar")).await?;
    /// println!("{:?}", created.id);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_application(&self, application: &Application) -> Result<Application, Error> {
        self.call(&operation::CREATE_APPLICATION, members_of(application)?, None).await?.object("app")
    }

    /// Creates an outbound app from one of Descope's templates.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::Template;
    ///
    /// let template = Template { template_id: "google-calendar".to_owned(), ..Template::default() };
    /// let created = client.create_application_by_template(&template).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_application_by_template(&self, template: &Template) -> Result<Application, Error> {
        self.call(&operation::CREATE_APPLICATION_BY_TEMPLATE, members_of(template)?, None)
            .await?
            .object("app")
    }

    /// Replaces all fields of an outbound app. A field that is `None` becomes empty.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let mut application = client.load_application("google-calendar").await?;
    /// application.description = Some("Reads calendars".to_owned());
    /// client.update_application(&application).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_application(&self, application: &Application) -> Result<Application, Error> {
        self.call(&operation::UPDATE_APPLICATION, members_of(application)?, None).await?.object("app")
    }

    /// Deletes an outbound app.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// client.delete_application("google-calendar").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_application(&self, id: impl Into<String>) -> Result<(), Error> {
        let arguments = Arguments::default().with("id", id.into());
        self.call(&operation::DELETE_APPLICATION, arguments, None).await.map(drop)
    }

    /// Loads the outbound app with this id.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let application = client.load_application("google-calendar").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn load_application(&self, id: impl Into<String>) -> Result<Application, Error> {
        let arguments = Arguments::default().with("id", id.into());
        self.call(&operation::LOAD_APPLICATION, arguments, None).await?.object("app")
    }

    /// Loads all outbound apps of the project.
    ///
    /// # Errors
    /// Like [`Client::delete_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// for application in client.load_all_applications().await? {
    ///     println!("{}", application.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn load_all_applications(&self) -> Result<Vec<Application>, Error> {
        self.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?.list("apps")
    }
}

/// Converts a value to JSON and back, since an argument knows its secrets by the names of their fields. The JSON is wiped.
fn argument_of(value: &(impl Serialize + ?Sized)) -> Result<Argument, Error> {
    let no_json = |error| Error::invalid_setup(format!("the arguments are not valid JSON: {error}"));
    let mut json = WipedBuffer::default();
    serde_json::to_writer(&mut json, value).map_err(no_json)?;
    serde_json::from_slice(&json).map_err(no_json)
}

fn members_of(value: &impl Serialize) -> Result<Arguments, Error> {
    match argument_of(value)? {
        Argument::Object(members) => Ok(members.into_iter().collect()),
        _ => Ok(Arguments::default()),
    }
}
